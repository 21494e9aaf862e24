/** A queue of numbers on a memory store and a virtual clock that moves when it is told to, and who watches them. */
import * as t from "io-ts";
import { type Observable, type Subscription, VirtualTimeScheduler } from "rxjs";
import type { Interrupted } from "../../../src/core/Failure.js";
import { delivery, type Holder, type Message } from "../../../src/core/Message.js";
import { newId } from "../../../src/core/newId.js";
import { Retry } from "../../../src/core/Outcome.js";
import { toSluiceError } from "../../../src/core/SluiceError.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { QueueStats } from "../../../src/port/Inspect.js";
import type { Store } from "../../../src/port/Store.js";
import type { LeasedDelivery } from "../../../src/queue/consume/LeasedDelivery.js";
import { queue } from "../../../src/queue/makeQueue.js";
import type { Queue } from "../../../src/queue/Queue.js";
import type { QueueDefinition } from "../../../src/queue/QueueDefinition.js";
import type { QueueEvent } from "../../../src/queue/QueueEvent.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";

/** Virtual time without promises: `advance` runs all that is due, and ends exactly there. */
export class Clock extends VirtualTimeScheduler {
  advance(ms: number): void {
    this.maxFrames = this.frame + ms;
    this.flush();
    this.frame = this.maxFrames;
  }

  /** The work of the present frame: what was put off until "soon". */
  settle(): void {
    this.advance(0);
  }

  get pending(): number {
    return this.actions.length;
  }
}

/** How an Observable has gone so far. */
export interface Watched<T> {
  readonly values: Array<T>;
  readonly errors: Array<unknown>;
  /** How often it completed. */
  completed: number;
  readonly subscription: Subscription;
}

/** Subscribes and writes down everything. */
export const watch = <T>(source: Observable<T>): Watched<T> => {
  const seen = { values: [] as Array<T>, errors: [] as Array<unknown>, completed: 0 };
  const subscription = source.subscribe({
    next: (value) => seen.values.push(value),
    error: (error: unknown) => seen.errors.push(error),
    complete: () => {
      seen.completed += 1;
    },
  });
  return Object.assign(seen, { subscription });
};

/** The one value of an Observable that has it already. */
export const now = <T>(source: Observable<T>): T => {
  const { values, errors } = watch(source);
  if (errors.length > 0) throw toSluiceError(errors[0]);
  if (values.length !== 1) throw new Error(`expected one value at once, got ${values.length}`);
  return values[0] as T;
};

/** The error of an Observable that has failed already. */
export const errorOf = (source: Observable<unknown>): unknown => {
  const { errors } = watch(source);
  if (errors.length !== 1) throw new Error("expected an error at once");
  return errors[0];
};

/** Takes a message in hand as an operator does, and notes why it is taken away. */
export const takeInHand = (
  message: Message<unknown>,
): { readonly reasons: Array<Interrupted["reason"]>; readonly holder: Holder } => {
  const reasons: Array<Interrupted["reason"]> = [];
  const holder: Holder = (reason) => reasons.push(reason);
  message[delivery].hold(holder);
  message[delivery].begun = true;
  return { reasons, holder };
};

/** Ends the lease of a message behind the back of its consumer, as an expiry would: counted, back to the front. */
export const steal = ({ inner }: Scene, message: Message<unknown>): void => {
  const { lease } = message[delivery] as LeasedDelivery;
  const step: Step = {
    _tag: "Settle",
    queue: "numbers",
    id: lease.id,
    token: lease.token,
    outcome: Retry({ cause: "stolen" }),
    cause: "stolen",
    attemptsMax: 20,
  };
  now(inner.write([[step]], newId()));
};

export interface Scene {
  readonly clock: Clock;
  /** The memory store itself, whatever stands before it. */
  readonly inner: Store;
  readonly queue: Queue<number>;
  readonly events: ReadonlyArray<QueueEvent>;
  readonly stats: () => QueueStats;
  /** Enqueues `count` numbers, from 0. */
  readonly fill: (count: number) => void;
  /** What another consumer would find, in order, with attempts. */
  readonly next: (max: number) => ReadonlyArray<readonly [data: number, attempt: number]>;
}

/** A scene. `view` puts something between the queue and its store: a spy, a fault, a delay. */
export const scene = (
  definition: Partial<QueueDefinition<number>> = {},
  view: (store: Store, clock: Clock) => Store = (store) => store,
): Scene => {
  const clock = new Clock();
  const inner = memoryStore({ scheduler: clock });
  const named = { name: "numbers", codec: t.number, ...definition };
  const numbers = queue(view(inner, clock), named);
  const direct = queue(inner, named);
  const { values: events } = watch(numbers.events$);
  return {
    clock,
    inner,
    queue: numbers,
    events,
    stats: () => now(direct.stats()),
    fill: (count) => {
      for (let from = 0; from < count; from += 1_000)
        now(direct.enqueueAll(Array.from({ length: Math.min(1_000, count - from) }, (_, i) => from + i)));
    },
    next: (max) => now(direct.receive({ max })).map(({ data, attempt }) => [data, attempt] as const),
  };
};

/** The same store as another value, for which another definition of the same queue may be made. */
export const aliasOf = (store: Store): Store => ({ ...store });

/** The data of messages. */
export const dataOf = (messages: ReadonlyArray<Message<number>>): ReadonlyArray<number> =>
  messages.map(({ data }) => data);

/** The numbers from `from` up to and without `to`. */
export const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from }, (_, i) => from + i);

/** The events of these kinds, in order. */
export const eventsOf = <T extends QueueEvent["_tag"]>(
  events: ReadonlyArray<QueueEvent>,
  ...tags: ReadonlyArray<T>
): ReadonlyArray<Extract<QueueEvent, { readonly _tag: T }>> =>
  events.filter((event): event is Extract<QueueEvent, { readonly _tag: T }> =>
    (tags as ReadonlyArray<string>).includes(event._tag),
  );
