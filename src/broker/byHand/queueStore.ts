/** The maker of queue stores. */
import { concatMap, defer, from, map, type Observable, of, reduce, Subject, switchMap, takeWhile, toArray } from "rxjs";
import { type Effect, failingWith, fromOne } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import type { Message } from "../../core/Message.js";
import { optionsOf, wholeNumber } from "../../core/options.js";
import type { DecodeRefused, LogTrimmed, LogWentBack, WriteError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import { Stop } from "../../core/Stop.js";
import { callsOf } from "../../log/callsOf.js";
import type { Recorded } from "../../log/recorded.js";
import type { Store } from "../../port/Store.js";
import type { BrokerDefinition } from "../Broker.js";
import { Correlator } from "../correlate/Correlator.js";
import type { Place } from "../correlate/Place.js";
import type { CorrelatorEvent } from "../correlate/told.js";
import { checkSources, type Parts, partsOf } from "../definition.js";
import { Holding } from "../deliver/Holding.js";
import { Kept } from "../Kept.js";
import type { Lane } from "../Lane.js";
import { checkName, queueOf } from "../names.js";
import { DEFAULT_LANE } from "../on.js";
import type { Pending } from "../Pending.js";
import { PendingEvents } from "../PendingEvents.js";
import { checkStream } from "../people.js";
import { lanesOf } from "../position.js";
import type { Reaction } from "../Reaction.js";
import { Sink } from "../Sink.js";
import { Leased } from "./Leased.js";
import { received } from "./received.js";
import type { Fetched, QueueStore } from "./StreamQueue.js";
import { type ByHand, streamQueueOf } from "./streamQueueOf.js";

/** A queue store's name and limits: those of the broker of this name. */
export type QueueStoreDefinition = Pick<BrokerDefinition<Reaction>, "name" | "sources" | "correlate" | "leaseMs">;

const NAMES = ["name", "sources", "correlate", "leaseMs"] as const;

/** The most events and targets of one fetch. */
const LIMIT_MAX = 1_000;

/**
 * The queues of a broker by hand: what `broker(store, { name })` of the same name works on, for programs that bring a loop of their own.
 * Retries, timeouts and attempts are theirs then. Making one does nothing yet: no connection, no timer.
 *
 * Throws `InvalidConfig` for a definition out of its limits.
 *
 * @param store where the log is, and where the queues are kept
 * @param definition name, and as of a broker `leaseMs`, `sources` and `correlate`
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { on, queueStore } from "sluice/broker";
 * import { eventLog, eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 *
 * const store = memoryStore();
 * const codec = eventType("Paid", t.type({ amount: t.number }));
 * await eventLog(store, codec).append("cart/1", [{ amount: 30 }]);
 * const queues = queueStore(store, { name: "books" });
 * const register = [on(codec, "Paid").do(async () => undefined, { name: "count" })];
 * const fetched = await queues.fetch(register, 10);
 * for (const queue of fetched.queues) {
 *   const next = await queue.next();
 *   assert.equal(next?.event.amount, 30);
 *   if (next !== undefined) assert.equal(await queue.ack(next.position), true);
 * }
 * ```
 */
export const queueStore = (store: Store, definition: QueueStoreDefinition): QueueStore => {
  const given = optionsOf(definition, NAMES, "definition");
  const partsFor = (register: ReadonlyArray<Reaction>): Parts => {
    // What is no register is refused with all else, below.
    const isList = (value: unknown): boolean => Array.isArray(value);
    const asked: ReadonlyArray<Partial<Reaction> | undefined> = isList(register) ? register : [];
    const lanes = new Set(asked.flatMap((one) => one?.lane ?? []).filter((lane) => lane !== DEFAULT_LANE));
    const options = Object.fromEntries([...lanes].map((lane) => [lane, { leaseMs: given.leaseMs }]));
    // The lanes of these very reactions are defined.
    return partsOf(store, { ...given, reactions: register, lanes: options }, sink);
  };
  const name = checkName(given.name);
  const sink = new Sink(name, store.logger);
  const inDefault = { name: DEFAULT_LANE, queueName: queueOf(name, DEFAULT_LANE) };
  let latest: Parts | undefined;
  const byHand: ByHand = {
    ...{ name, store, sources: checkSources(given.sources ?? [store]), kept: new Kept(store, name) },
    // Lines of other lanes are of programs that run a broker.
    othersOf: () => [],
    leased: new Leased(),
    holding: new Holding(),
    changed$: new Subject(),
    lanesOf: (stream) => (latest === undefined ? [inDefault] : lanesOf(latest, stream)),
    reactionsOf: (names) =>
      names.flatMap((one) => latest?.register.named(one) ?? []).filter(({ parts }) => parts.target.is !== "nowhere"),
  };
  const fetch = (register: ReadonlyArray<Reaction>, limit: number): Observable<Fetched<unknown>> =>
    defer(() => {
      wholeNumber("limit", limit, { min: 1, max: LIMIT_MAX });
      const parts = partsFor(register);
      latest = parts;
      return from(parts.lanes).pipe(
        concatMap((lane) => fetchIn(byHand, lane, limit)),
        reduce((one, other) => ({
          events: [...one.events, ...other.events],
          queues: [...one.queues, ...other.queues],
        })),
      );
    });
  const face: Face = {
    name,
    fetch: (register, limit) => failingWith<FetchError>()(fromOne(fetch(register, limit))),
    queue: (stream) => streamQueueOf(byHand, checkStream(stream)),
  };
  // What the codecs of the register decode has its types.
  return showing(face, "QueueStore", { name }) as QueueStore;
};

type FetchError = WriteError | LogWentBack | LogTrimmed | DecodeRefused;

/** The face before its events have types. */
interface Face extends Omit<QueueStore, "fetch"> {
  readonly fetch: (register: ReadonlyArray<Reaction>, limit: number) => Effect<Fetched<unknown>, FetchError>;
}

const fetchIn = (byHand: ByHand, lane: Lane, limit: number): Observable<Fetched<unknown>> =>
  correlated(lane, limit).pipe(
    switchMap((events) => {
      const { leased, holding, store } = byHand;
      leased.forget(store.scheduler.now());
      const streams: Array<string> = [];
      const put = (message: Message<Pending>): void => {
        const stream = message.key ?? message.data.event.stream;
        leased.put(stream, { lane: lane.name, message, endsMs: store.scheduler.now() + lane.leaseMs });
        streams.push(stream);
      };
      return received({ lane, holding, limit, put }).pipe(
        map(() => ({ events, queues: streams.map((stream) => streamQueueOf(byHand, stream)) })),
      );
    }),
  );

/** One page, as the first of its reactions sees each event; malformed ones block their lines, and are no events here. */
const correlated = (lane: Lane, limit: number): Observable<ReadonlyArray<Recorded<unknown>>> => {
  const { store, sources, all } = lane;
  const stop = new Stop(store.scheduler);
  const correlator = new Correlator(lane, { stop, me: idFrom(store), untilIdle: true, pageSizeMax: limit });
  const start: Place = { does: "look", first: true };
  const events = new PendingEvents(sources);
  return callsOf<Place, CorrelatorEvent>(store, { start, call: correlator.turn, live: false }).pipe(
    takeWhile((event) => event._tag !== "Correlated", true),
    concatMap((event) =>
      event._tag === "Correlated" ? event.of.events.map((stored) => ({ stored, source: event.of.source })) : [],
    ),
    concatMap(({ stored, source }) => {
      const [first] = all.byType.get(stored.type) ?? [];
      return first === undefined ? of([]) : events.decode(stored, source, [first]);
    }),
    concatMap((ours) => ours.filter((one) => one._tag === "Event")),
    toArray(),
  );
};
