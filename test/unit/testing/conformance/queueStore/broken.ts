/** Queue stores that break their word, each in one way. */
import { filter, map, of, switchMap, take } from "rxjs";
import { type Effect, effect, fromOne } from "../../../../../src/core/Effect.js";
import { type DecodeRefused, isSluiceError, type ReadError } from "../../../../../src/core/SluiceError.js";
import { type QueueStore, queueStore, type StreamQueue, type StreamState } from "../../../../../src/entries/broker.js";
import type { QueueStoreMaker } from "../../../../../src/entries/testing.js";
import type { Recorded } from "../../../../../src/log/recorded.js";

type Queue = StreamQueue<unknown>;
type Fetch = QueueStore["fetch"];

interface Break {
  readonly fetch?: (queues: QueueStore) => Fetch;
  readonly queue?: (queue: Queue, queues: QueueStore) => Partial<Queue>;
  readonly definition?: (name: string, leaseMs: number) => { readonly name: string; readonly leaseMs: number };
}

const broken =
  ({ fetch, queue = () => ({}), definition = (name, leaseMs) => ({ name, leaseMs }) }: Break): QueueStoreMaker =>
  (store, options) => {
    const sound = queueStore(store, definition(options.name, options.leaseMs));
    const brokenQueue = (one: Queue): Queue => ({ ...one, ...queue(one, sound) });
    const brokenFetch = (fetch?.(sound) ?? sound.fetch) as (...args: Parameters<Fetch>) => Effect<{
      readonly events: ReadonlyArray<never>;
      readonly queues: ReadonlyArray<Queue>;
    }>;
    return {
      name: sound.name,
      fetch: ((...args: Parameters<Fetch>) =>
        fromOne(
          brokenFetch(...args).pipe(map(({ events, queues }) => ({ events, queues: queues.map(brokenQueue) }))),
        )) as unknown as Fetch,
      queue: (stream) => brokenQueue(sound.queue(stream)),
    };
  };

const changedFetch = (change: (queues: QueueStore, ...args: Parameters<Fetch>) => unknown): Break => ({
  fetch: (queues) => ((...args: Parameters<Fetch>) => change(queues, ...args)) as unknown as Fetch,
});

let made = 0;

/** How the targets of a queue store stood at first. */
const stoods = new WeakMap<QueueStore, Map<string, StreamState>>();
const stoodOf = (queues: QueueStore): Map<string, StreamState> => {
  const known = stoods.get(queues) ?? new Map<string, StreamState>();
  stoods.set(queues, known);
  return known;
};

const breaks: Readonly<Record<string, Break>> = {
  "takes any limit": changedFetch((queues, register, limit) =>
    queues.fetch(register, Math.min(1_000, Math.max(1, limit))),
  ),
  "fetches one more than it was asked for": changedFetch((queues, register, limit) =>
    queues.fetch(register, limit === 0 ? 0 : limit + 1),
  ),
  "tells each event twice": changedFetch((queues, register, limit) =>
    fromOne(
      queues.fetch(register, limit).pipe(map(({ events, queues }) => ({ events: [...events, ...events], queues }))),
    ),
  ),
  "tells targets that have nothing": changedFetch((queues, register, limit) =>
    fromOne(
      queues
        .fetch(register, limit)
        .pipe(map((fetched) => ({ ...fetched, queues: [...fetched.queues, queues.queue("nothing")] }))),
    ),
  ),
  "has queues of its own": {
    definition: (name, leaseMs) => {
      made += 1;
      return { name: `${name}-${made}`, leaseMs };
    },
  },
  "never lets go of a lease": { definition: (name) => ({ name, leaseMs: 600_000 }) },
  "has no next": { queue: () => ({ next: () => fromOne(of(undefined)) }) },
  "goes on with a next that is acked": {
    queue: (queue) => {
      let last: unknown;
      const next = (): Effect<unknown> =>
        fromOne(
          queue.next().pipe(
            map((found) => {
              last = found ?? last;
              return last;
            }),
          ),
        );
      return { next: next as Queue["next"] };
    },
  },
  "passes over what is malformed": {
    queue: (queue) => ({
      next: () =>
        effect<Recorded<unknown> | undefined, ReadError | DecodeRefused>((asker) => {
          queue.next().subscribe({
            next: (found) => asker.next(found),
            error: (error: unknown) =>
              isSluiceError(error) && error._tag === "DecodeRefused" ? asker.next(undefined) : asker.error(error),
            complete: () => asker.complete(),
          });
        }),
    }),
  },
  "acks whatever is next": {
    queue: (queue) => ({
      ack: (position, dequeue) =>
        dequeue === false
          ? queue.ack(position, false)
          : fromOne(
              queue.next().pipe(switchMap((next) => (next === undefined ? of(false) : queue.ack(next.position)))),
            ),
    }),
  },
  "says yes to each ack": {
    queue: (queue) => ({ ack: (...args) => fromOne(queue.ack(...args).pipe(map(() => true))) }),
  },
  "takes out with dequeue: false": { queue: (queue) => ({ ack: (position) => queue.ack(position) }) },
  "is done with whatever is asked for": {
    queue: (queue) => ({
      ack: (position, dequeue) => (dequeue === false ? fromOne(of(true)) : queue.ack(position)),
    }),
  },
  "acks what it blocks": {
    queue: (queue) => ({
      block: () =>
        fromOne(queue.next().pipe(switchMap((next) => (next === undefined ? of(false) : queue.ack(next.position))))),
    }),
  },
  "says yes to each block": {
    queue: (queue) => ({ block: (cause) => fromOne(queue.block(cause).pipe(map(() => true))) }),
  },
  "forgets why it blocks": { queue: (queue) => ({ block: () => queue.block("blocked") }) },
  "enqueues nothing": { queue: () => ({ enqueue: () => fromOne(of(false)) }) },
  "says yes to each enqueue": {
    queue: (queue) => ({ enqueue: (...args) => fromOne(queue.enqueue(...args).pipe(map(() => true))) }),
  },
  "enqueues in the default lane": {
    queue: (queue) => ({
      enqueue: (recorded, reaction) => queue.enqueue(recorded, { ...reaction, lane: "default" }),
    }),
  },
  "stands where it stood": {
    queue: (queue, queues) => ({
      state: () =>
        fromOne(
          queue.state().pipe(
            map((state) => {
              const stood = stoodOf(queues);
              const first = stood.get(queue.stream) ?? state;
              stood.set(queue.stream, first);
              return first;
            }),
          ),
        ),
    }),
  },
  "stands at the end of what is correlated": {
    queue: (queue, queues) => ({
      state: () =>
        fromOne(
          queue.state().pipe(
            switchMap(({ blocked }) =>
              queues
                .queue("quiet")
                .state()
                .pipe(map(({ position }) => ({ position, blocked }))),
            ),
          ),
        ),
    }),
  },
  "tells how it stands once": { queue: (queue) => ({ state$: queue.state$.pipe(take(1)) }) },
  "tells again what has not changed": {
    queue: (queue) => ({ state$: queue.state$.pipe(switchMap((state) => [state, state])) }),
  },
  "hides a block of others": { queue: (queue) => ({ state$: queue.state$.pipe(filter(({ blocked }) => !blocked)) }) },
};

export const makers: Readonly<Record<string, QueueStoreMaker>> = Object.fromEntries(
  Object.entries(breaks).map(([name, one]) => [name, broken(one)]),
);

/** Which broken queue store is failed by which cases. Every case stands here once or more. */
export const proofs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "takes any limit": ["a fetch takes a limit of 1 to 1,000"],
  "fetches one more than it was asked for": [
    "a fetch takes a limit of 1 to 1,000",
    "a fetch brings at most so many events, each once, and at most so many targets",
  ],
  "tells each event twice": [
    "a fetch brings at most so many events, each once, and at most so many targets",
    "a target has its events in order, and the next one only when the one before is acked",
  ],
  "tells targets that have nothing": ["of a fetch without reactions of their type events are not told"],
  "has queues of its own": [
    "of two queue stores each target is leased by one",
    "of two processes each target is leased by one",
    "a broker of the name shows what was blocked by hand, and frees it",
    "a broker of the name and a queue store share the targets, and each event is done once",
  ],
  "never lets go of a lease": [
    "what is leased comes to others when the lease is over",
    "an ack whose lease is lost is false, and changes nothing",
    "a block whose lease is lost is false, and changes nothing",
  ],
  "has no next": ["next is the event of the log that was fetched, again and again, and none before and behind"],
  "goes on with a next that is acked": [
    "next is the event of the log that was fetched, again and again, and none before and behind",
  ],
  "passes over what is malformed": ["a malformed next fails, and can be blocked"],
  "acks whatever is next": ["an ack of another position than that of next is false, and changes nothing"],
  "says yes to each ack": [
    "an ack of another position than that of next is false, and changes nothing",
    "an ack is done once",
    "an ack whose lease is lost is false, and changes nothing",
  ],
  "takes out with dequeue: false": [
    "dequeue: false takes nothing out, and tells whether the target is done up to there",
  ],
  "is done with whatever is asked for": [
    "dequeue: false takes nothing out, and tells whether the target is done up to there",
  ],
  "acks what it blocks": [
    "a block stops its target where it stands, and others go on",
    "state$ tells how the target stands now, and at once what is changed by its object",
  ],
  "says yes to each block": [
    "a block stops its target where it stands, and others go on",
    "a block whose lease is lost is false, and changes nothing",
  ],
  "forgets why it blocks": ["a broker of the name shows what was blocked by hand, and frees it"],
  "enqueues nothing": [
    "an event is enqueued behind the position, once",
    "an event is enqueued in the lane of its reaction",
  ],
  "says yes to each enqueue": [
    "an event is enqueued behind the position, once",
    "an event that the target has passed is not enqueued",
    "an event that the log does not have is not enqueued",
  ],
  "enqueues in the default lane": ["an event is enqueued in the lane of its reaction"],
  "stands where it stood": ["the position is exact for each target, and never goes back"],
  "stands at the end of what is correlated": ["the position is exact for each target, and never goes back"],
  "tells how it stands once": [
    "state$ tells how the target stands now, and at once what is changed by its object",
    "state$ tells within a second or so what others have changed, and nothing where nothing was",
  ],
  "tells again what has not changed": [
    "state$ tells how the target stands now, and at once what is changed by its object",
  ],
  "hides a block of others": [
    "state$ tells within a second or so what others have changed, and nothing where nothing was",
  ],
};
