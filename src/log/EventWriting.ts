/** Makes the stored events of one append, and gathers the keys by which their personal fields are sealed. */
import { isLeft } from "fp-ts/lib/Either.js";
import type { EventId } from "../core/EventId.js";
import type { Plan } from "../core/Plan.js";
import type { SluiceError } from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import type { NewEvent } from "../core/steps/Append.js";
import type { EventStore } from "../port/Store.js";
import type { Coding, EventKind } from "./EventCodec.js";
import { encodeEvent, kindOfEvent } from "./encodeEvent.js";
import { type EventMeta, metaText, type Sealed } from "./meta.js";
import { type Key, personalKeysOf } from "./PersonalKeys.js";
import { seal } from "./seal.js";
import { type Parted, part } from "./sealEvent.js";

export class EventWriting {
  readonly events: Array<NewEvent> = [];
  /** What joins the list of the append, for each subject once. */
  readonly keyPlans: Array<Plan<unknown>> = [];
  /** Made with the first of them, since most appends need none. */
  private keys: Map<string, Key> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly meta: EventMeta,
  ) {}

  /** Adds an event, or says why it cannot be stored. */
  add(coding: Coding, event: unknown): SluiceError | undefined {
    const found = kindOfEvent(coding, event);
    if (isLeft(found)) return found.left;
    const kind = found.right;
    const data = encodeEvent(kind, event);
    if (isLeft(data)) return data.left;
    const id = idFrom(this.store) as EventId;
    const { personal } = kind;
    if (personal === undefined) {
      this.push(kind, id, { data: data.right });
      return undefined;
    }
    const parted = part(kind, event, { personal, data: data.right });
    if (isLeft(parted)) return parted.left;
    return parted.right === undefined
      ? this.push(kind, id, { data: data.right })
      : this.pushSealed(kind, id, parted.right);
  }

  private pushSealed(kind: EventKind, id: EventId, { data, subject, secret }: Parted): SluiceError | undefined {
    this.keys ??= new Map();
    let key = this.keys.get(subject);
    if (key === undefined) {
      const planned = personalKeysOf(this.store).plan(subject);
      if (isLeft(planned)) return planned.left;
      ({ key } = planned.right);
      this.keys.set(subject, key);
      this.keyPlans.push(planned.right.plan);
    }
    const text = seal(secret, key.bytes, { subject, type: kind.type, id });
    return this.push(kind, id, { data, sealed: { subject, key: key.revision, text } });
  }

  private push(
    { type, upcasts }: EventKind,
    id: EventId,
    { data, sealed }: { readonly data: string; readonly sealed?: Sealed },
  ): undefined {
    const v = upcasts.length === 0 ? undefined : upcasts.length + 1;
    // Most events have nothing beside their data: then no text is made only to see that it is empty.
    const meta = v === undefined && sealed === undefined ? this.meta : { v, ...this.meta, sealed };
    this.events.push({ id, type, data, meta: metaText(meta) });
    return undefined;
  }
}
