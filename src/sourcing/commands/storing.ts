/** The Write of decided events: the record of the command first, since its refusal is the one to be told; then the events; then what goes along. */
import { isLeft, right } from "fp-ts/lib/Either.js";
import { showAs } from "../../core/inspecting.js";
import { invariant } from "../../core/invariant.js";
import { positionFrom, tailOf } from "../../core/Position.js";
import type { SluiceError } from "../../core/SluiceError.js";
import type { AppendStep } from "../../core/steps/Append.js";
import type { Step, StepResult } from "../../core/steps/Step.js";
import { atomically, Write } from "../../core/Write.js";
import type { EventMeta } from "../../log/meta.js";
import { named } from "../../log/recorded.js";
import type { CommandError, Decided, DecidedEvent } from "../Aggregate.js";
import type { Category } from "../Category.js";
import type { Known } from "../Known.js";
import type { Named } from "../Snapshotter.js";
import type { Events } from "./judge.js";
import type { Context } from "./Order.js";

export interface Storing<S, E> extends Context {
  readonly named: Named;
  readonly decided: Events<S, E>;
  /** What is written between the record of the command and the events. */
  readonly first?: ReadonlyArray<Write<unknown>> | undefined;
  /** What commits along. */
  readonly along: ReadonlyArray<Write<unknown>>;
  /** Told where the write was refused, or was not answered. */
  readonly onFailed?: ((error: SluiceError) => void) | undefined;
}

/** Its value is told to the pool too, whoever runs it. Throws `InvalidConfig` where what goes along is of another store. */
export const storing = <C, S, E, X>(
  category: Category<C, S, E, X>,
  { named, decided, meta, naming, first = [], along, onFailed }: Storing<S, E>,
): Write<Decided<S, E>, CommandError> => {
  const { before, events } = decided;
  const version = before.version + events.length;
  const expected = { version: before.version, lastId: before.lastId };
  const appended = category.log.append(named.stream, events, { expected, meta });
  const record = naming && category.commandRecords.insert(naming, { version, count: events.length });
  const isAlone = record === undefined && first.length === 0 && along.length === 0;
  const joined: Write<unknown> = isAlone
    ? appended
    : atomically([...(record === undefined ? [] : [record]), ...first, appended, ...along]);
  return new Write<Decided<S, E>, CommandError>((planFor) => {
    const planned = joined.plan(planFor);
    if (isLeft(planned)) return planned;
    const plan = planned.right;
    const place = plan.steps.findIndex((step) => appendsTo(named.stream, step));
    return right({
      ...plan,
      read: (results) => {
        plan.read(results);
        return storedBy({ named, decided, meta }, stepOf(plan.steps[place], results[place]));
      },
      onEnd: (error, results) => {
        plan.onEnd?.(error, results);
        if (error !== undefined) onFailed?.(error);
        else category.learn(named, knownBy(decided, stepOf(plan.steps[place], results[place])));
      },
    });
  }, joined.options);
};

const appendsTo = (stream: string, step: Step): boolean =>
  step._tag === "Append" && step.stream === stream && !step.closes;

interface Stored {
  readonly step: AppendStep;
  readonly result: Extract<StepResult, { readonly _tag: "Appended" }>;
}

const stepOf = (step: Step | undefined, result: StepResult | undefined): Stored => {
  invariant(step?._tag === "Append" && result?._tag === "Appended", "a store answered an append with something else");
  return { step, result };
};

const knownBy = <S, E>({ before, after }: Events<S, E>, { step, result }: Stored): Known<S> => {
  const lastId = step.events.at(-1)?.id ?? before.lastId;
  return { state: after, version: result.version, lastId, closed: before.closed, snapshotAt: before.snapshotAt };
};

const storedBy = <S, E>(
  { named, decided, meta }: Pick<Storing<S, E>, "named" | "decided" | "meta">,
  { step, result }: Stored,
): Decided<S, E> => {
  const { after, events } = decided;
  const { version, position } = result;
  return {
    id: named.id,
    state: after,
    version,
    events: eventsOf({ step, events, meta }, result),
    position,
    duplicate: false,
  };
};

interface Appended<E> {
  readonly step: AppendStep;
  readonly events: ReadonlyArray<E>;
  readonly meta: EventMeta;
}

const eventsOf = <E>(
  { step: { stream, events: stored }, events, meta }: Appended<E>,
  { version, position }: Stored["result"],
): ReadonlyArray<DecidedEvent<E>> => {
  if (position === undefined) return [];
  // The events of one append stand side by side, so that the place of the last tells those before it.
  const last = stored.length - 1;
  return stored.map(({ id, type }, i) => {
    const at = i === last ? position : positionFrom(position, i - last, tailOf(id));
    return new EventOfCommand<E>({
      id,
      type,
      event: events[i] as E,
      stream,
      version: version - (last - i),
      position: at,
      meta,
    });
  });
};

/** In logs and JSON it shows what names it, never what it carries. */
class EventOfCommand<E> implements DecidedEvent<E> {
  readonly id: DecidedEvent<E>["id"];
  readonly type: string;
  readonly event: E;
  readonly stream: string;
  readonly version: number;
  readonly position: DecidedEvent<E>["position"];
  readonly meta: DecidedEvent<E>["meta"];

  constructor({ id, type, event, stream, version, position, meta }: DecidedEvent<E>) {
    this.id = id;
    this.type = type;
    this.event = event;
    this.stream = stream;
    this.version = version;
    this.position = position;
    this.meta = meta;
  }

  toJSON(): object {
    return named(this);
  }
}

showAs(EventOfCommand, "DecidedEvent", named);
