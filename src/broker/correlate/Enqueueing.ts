/** The messages of events, as parts of a write. */
import { right } from "fp-ts/lib/Either.js";
import { utf8Length } from "../../core/bytes.js";
import type { MessageId } from "../../core/MessageId.js";
import { idFrom } from "../../core/Sources.js";
import type { EnqueueStep } from "../../core/steps/Enqueue.js";
import { WRITE_BYTES_MAX, WRITE_COUNT_MAX } from "../../core/steps/Step.js";
import { Write } from "../../core/Write.js";
import type { StoredEvent } from "../../port/LogPort.js";
import type { Store } from "../../port/Store.js";
import { payloadOf } from "../Pending.js";
import { textOf, type Vector, withPosition } from "../vector.js";
import type { Line } from "./Routing.js";

/** Room for what is written besides: checkpoint, control, catch-up. */
const COUNT_MAX = WRITE_COUNT_MAX - 10;
const BYTES_MAX = WRITE_BYTES_MAX - 5 * 1024 * 1024;

export interface Enqueueing {
  readonly store: Store;
  readonly queue: string;
  readonly source: number;
  /** What the lane stands for before the first of these events. */
  readonly before: Vector;
  /** The mark of all of them; undefined: each has the position of the event before it. */
  readonly mark: string | undefined;
  readonly events: ReadonlyArray<StoredEvent>;
  /** Of each event, aligned. */
  readonly lines: ReadonlyArray<ReadonlyArray<Line>>;
  /** What counts instead of the priorities of the reactions. */
  readonly priorityOf: (target: string) => number | undefined;
}

/** The messages of as many events as fit into one write, one at least. */
export interface Messages {
  /** How many events they are of. */
  readonly events: number;
  readonly steps: ReadonlyArray<EnqueueStep>;
}

export const messagesOf = (enqueueing: Enqueueing): Messages => {
  const { store, queue, source, events, lines, priorityOf } = enqueueing;
  const steps: Array<EnqueueStep> = [];
  let bytes = 0;
  let mark = enqueueing.mark ?? textOf(enqueueing.before);
  for (const [i, event] of events.entries()) {
    const own = lines[i] ?? [];
    const payloads = own.map(({ reactions, fault }) => payloadOf({ source, reactions, fault, event }, own.length));
    bytes += payloads.reduce((sum, payload) => sum + bytesOf(payload), 0);
    if (i > 0 && (steps.length + own.length > COUNT_MAX || bytes > BYTES_MAX)) return { events: i, steps };
    for (const [j, { target, priority }] of own.entries())
      steps.push({
        _tag: "Enqueue",
        queue,
        id: idFrom(store) as MessageId,
        payload: payloads[j] ?? "",
        key: target,
        headers: undefined,
        delayMs: 0,
        priority: priorityOf(target) ?? priority,
        expiresInMs: undefined,
        dedupe: undefined,
        mark,
      });
    if (enqueueing.mark === undefined) mark = textOf(withPosition(enqueueing.before, source, event.position));
  }
  return { events: events.length, steps };
};

/** At most so many: exact where it may matter. */
const bytesOf = (payload: string): number => (payload.length < 1_000 ? payload.length * 3 : utf8Length(payload));

/** A part of a write: all of these messages. */
export const enqueueAll = (store: Store, steps: ReadonlyArray<EnqueueStep>): Write<undefined> =>
  new Write(() => right({ steps, read: () => undefined }), { target: store, settles: false });
