/** A queue store of a broker with a log, as a case of its suite acts on them. */
import assert from "node:assert/strict";
import * as t from "io-ts";
import type { QueueStore, StreamQueue, StreamState } from "../../../broker/byHand/StreamQueue.js";
import { on } from "../../../broker/on.js";
import type { Reaction } from "../../../broker/Reaction.js";
import { isBefore, type Position } from "../../../core/Position.js";
import { isSluiceError } from "../../../core/SluiceError.js";
import type { EventCodec } from "../../../log/EventCodec.js";
import type { EventLog } from "../../../log/EventLog.js";
import { eventCodec } from "../../../log/makeEventCodec.js";
import { eventLog } from "../../../log/makeEventLog.js";
import type { Recorded } from "../../../log/recorded.js";
import type { Store } from "../../../port/Store.js";
import { answered, type Scene } from "../queue/Scene.js";

/** What a queue store is made with. */
export interface QueueStoreOptions {
  readonly name: string;
  readonly leaseMs: number;
}

/** Makes the queue store under test: `queueStore`, or one of your own. */
export type QueueStoreMaker = (store: Store, options: QueueStoreOptions) => QueueStore;

interface DoorEvent<T extends string> {
  readonly type: T;
  readonly by: string;
}
/** The events of all cases. */
type DoorEvents = Readonly<{ Opened: DoorEvent<"Opened">; Shut: DoorEvent<"Shut"> }>;

export const doors: EventCodec<DoorEvents> = eventCodec(
  t.union([t.type({ type: t.literal("Opened"), by: t.string }), t.type({ type: t.literal("Shut"), by: t.string })]),
  { tag: "type" },
);

/** The name of the queue stores and brokers of all cases. */
export const NAME = "conformance";

/** Long enough for a case on a busy machine. */
const LEASE_MS = 60_000;
export const SHORT_LEASE_MS = 50;

/** Each event in the line of its own stream. */
export const opened: Reaction<DoorEvents["Opened"], "default"> = on(doors, "Opened").do(async () => undefined, {
  name: "opened",
});

/** How long a case waits for something that must come, in milliseconds, and between two looks. */
const ARRIVAL_MS_MAX = 3_000;
const POLL_MS = 5;

export class Stage {
  readonly store: Store;
  readonly log: EventLog<DoorEvents>;

  constructor(
    private readonly scene: Scene,
    private readonly make: QueueStoreMaker,
  ) {
    this.store = scene.store;
    this.log = eventLog(scene.store, doors);
  }

  queues(leaseMs: number = LEASE_MS): QueueStore {
    return this.make(this.store, { name: NAME, leaseMs });
  }

  /** The same, in another process. */
  async queuesElsewhere(): Promise<QueueStore> {
    const { store } = await this.scene.elsewhere();
    return this.make(store, { name: NAME, leaseMs: LEASE_MS });
  }

  /** One event in each of these streams, in this order; several in one that is named several times. */
  async opens(...streams: ReadonlyArray<string>): Promise<ReadonlyArray<Position>> {
    const positions: Array<Position> = [];
    for (const stream of streams) {
      const { position } = await answered(this.log.append(stream, [{ type: "Opened", by: "ann" }]));
      assert.ok(position !== undefined, "an append tells the position of its last event");
      positions.push(position);
    }
    return positions;
  }

  /** An event of the log, as it was recorded. */
  async recorded(stream: string, version: number): Promise<Recorded<DoorEvents[keyof DoorEvents]>> {
    const { items } = await answered(this.log.feedPage());
    const found = items.find((item) => item._tag === "Event" && item.stream === stream && item.version === version);
    assert.ok(found?._tag === "Event", `the log has no event ${version} of ${stream}`);
    return found;
  }

  advance(ms: number): Promise<void> {
    return this.scene.advance(ms);
  }

  /** What comes of this while time passes. */
  async meanwhile<A>(effect: PromiseLike<A>): Promise<A> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    effect.then(end, end);
    for (let waitedMs = 0; !isOver && waitedMs < ARRIVAL_MS_MAX; waitedMs += POLL_MS) await this.advance(POLL_MS);
    return await answered(effect);
  }

  /** Lets time pass until this is so, or at most so long. */
  async until(isSo: () => boolean, msMax: number, what: string): Promise<void> {
    for (let waitedMs = 0; !isSo() && waitedMs < msMax; waitedMs += POLL_MS) await this.advance(POLL_MS);
    assert.ok(isSo(), what);
  }
}

/** Plays one case. */
export type StageCase = (stage: Stage) => Promise<void>;

/** The only target that a fetch has brought. */
export const theOne = (queues: ReadonlyArray<StreamQueue<unknown>>): StreamQueue<unknown> => {
  const [only, ...others] = queues;
  assert.ok(only !== undefined && others.length === 0, `one target was to be leased, not ${queues.length}`);
  return only;
};

/** The names of these targets, in the order of the alphabet. */
export const namesOf = (queues: ReadonlyArray<StreamQueue<unknown>>): ReadonlyArray<string> =>
  queues.map(({ stream }) => stream).sort();

/** The event that is next, which must be there. */
export const nextOf = async <E>(queue: StreamQueue<E>): Promise<Recorded<E>> => {
  const next = await answered(queue.next());
  assert.ok(next !== undefined, `${queue.stream} has a next`);
  return next;
};

/** Acks what is next. */
export const ackNext = async (queue: StreamQueue<unknown>): Promise<void> => {
  const { position } = await nextOf(queue);
  assert.equal(await answered(queue.ack(position)), true, "what is next is acked");
};

/** Asserts that this call fails with this error. */
export const failsWith = async (effect: PromiseLike<unknown>, tag: string, why: string): Promise<void> => {
  const error: unknown = await answered(effect).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(isSluiceError(error), `${why}: it must fail with a SluiceError`);
  assert.equal(error._tag, tag, why);
};

/** Between which events a target stands, where there are such. */
export interface Bounds {
  readonly done?: Position | undefined;
  readonly pending?: Position | undefined;
}

/** Asserts that a target is done up to this event, and no further than before that one. */
export const standsBetween = ({ position }: StreamState, { done, pending }: Bounds, when: string): void => {
  if (done !== undefined) assert.ok(!isBefore(position, done), `${when}: what is done is behind the position`);
  if (pending !== undefined) assert.ok(isBefore(position, pending), `${when}: what is pending is before the position`);
};
