/** The maker of brokers. */
import { defer, filter, map, merge } from "rxjs";
import { failingWith, fromOne } from "../core/Effect.js";
import { showing } from "../core/inspecting.js";
import type { DecodeRefused, LogTrimmed, LogWentBack, ReadError, WriteError } from "../core/SluiceError.js";
import type { Store } from "../port/Store.js";
import type { Broker, BrokerDefinition, EventIn, LaneIn } from "./Broker.js";
import { blockedStreams } from "./blockedStreams.js";
import { partsOf } from "./definition.js";
import { Local } from "./Local.js";
import { checkStream, free, prioritize, reset } from "./people.js";
import { lanesOf, readableOf, standingIn } from "./position.js";
import type { Reaction } from "./Reaction.js";
import { run } from "./run.js";
import { statusOf } from "./status.js";
import { UntilIdle } from "./UntilIdle.js";
import { positionIn } from "./vector.js";

/**
 * Delivers the events of a log to reactions: each target gets its events one at a time and in order, whatever process runs, and what
 * fails again and again blocks its own target alone. Making one does nothing yet: no connection, no timer.
 *
 * Throws `InvalidConfig` for a definition out of its limits: two reactions of one name, a lane that is not defined, a fixed target in two
 * lanes.
 *
 * @param store where the log is, and where the broker keeps what is pending
 * @param definition its name, reactions and lanes
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { broker, on } from "sluice/broker";
 * import { eventLog, eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 *
 * const store = memoryStore();
 * const codec = eventType("Ordered", t.type({ sku: t.string }));
 * const log = eventLog(store, codec);
 * await log.append("order/1", [{ sku: "piano" }, { sku: "stool" }]);
 * await log.append("order/2", [{ sku: "book" }]);
 *
 * const carried: Array<string> = [];
 * let strong = false;
 * const ship = on(codec, "Ordered").do(
 *   async ({ event }) => {
 *     if (event.sku === "piano" && !strong) throw new Error("too heavy");
 *     carried.push(event.sku);
 *   },
 *   { name: "ship", attemptsMax: 2, backoff: { initialMs: 0 } },
 * );
 * const shipping = broker(store, { name: "shipping", reactions: [ship] });
 *
 * // After its second attempt the piano blocks its own order, and the stool waits behind it. The other order goes on.
 * assert.deepEqual(await shipping.runUntilIdle(), { fetched: 3, delivered: 3, acked: 1, skipped: 0, blocked: 1, left: 2 });
 * assert.deepEqual(carried, ["book"]);
 * const [blocked] = (await shipping.blockedStreams()).items;
 * assert.deepEqual([blocked?.stream, blocked?.recorded.version], ["order/1", 1]);
 *
 * // Somebody has mended it.
 * strong = true;
 * await shipping.unblock("order/1");
 * await shipping.runUntilIdle();
 * assert.deepEqual(carried, ["book", "piano", "stool"]);
 * ```
 */
export const broker = <const R extends Reaction>(
  store: Store,
  definition: BrokerDefinition<R>,
): Broker<EventIn<R>, LaneIn<R>> => {
  // By their types the reactions decide which lanes are to be defined.
  const parts = partsOf(store, definition as unknown as BrokerDefinition<Reaction>);
  const local = new Local(parts.sink);
  const untilIdle = new UntilIdle(parts, local);
  const reads = failingWith<ReadError | DecodeRefused>();
  const face: Broker<unknown, string> = {
    name: parts.name,
    store,
    run: (options = {}) => run(parts, local, options),
    runUntilIdle: () =>
      failingWith<WriteError | LogWentBack | LogTrimmed | DecodeRefused>()(fromOne(defer(() => untilIdle.run()))),
    wake: () => untilIdle.wake(),
    position: (stream) =>
      reads(
        fromOne(
          defer(() =>
            standingIn(readableOf(parts), lanesOf(parts, checkStream(stream)), stream).pipe(
              map(({ at }) => positionIn(at)),
            ),
          ),
        ),
      ),
    blockedStreams: (options = {}) => reads(fromOne(blockedStreams(parts, options))),
    unblock: (streams) => free(parts, streams, "retry"),
    skip: (streams) => free(parts, streams, "skip"),
    reset: (streams) => reset(parts, streams),
    prioritize: (streams, priority) => prioritize(parts, streams, priority),
    status$: statusOf(parts, local),
    events$: merge(
      local.sink.events$,
      store.events$.pipe(filter((event) => event._tag === "StoreDown" || event._tag === "StoreUp")),
    ),
  };
  // What is delivered is what the codecs of its reactions decode.
  return showing(face, "Broker", { name: parts.name }) as unknown as Broker<EventIn<R>, LaneIn<R>>;
};
