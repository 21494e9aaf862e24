/**
 * The program of a user, which `npm run matrix` compiles against the packed package and runs on each Node: every entry, both
 * stores, promises and TaskEithers. Its argument is a namespace, its REDIS_URL a server.
 */
import assert from "node:assert/strict";
import * as E from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { filter, from, lastValueFrom, map, take, toArray } from "rxjs";
import { type Context, configure } from "rxjs-marbles";
import {
  atomically,
  batch,
  enqueueTo,
  followUp,
  handle,
  handleBatch,
  type Message,
  queue,
  retryBackoff,
  type SluiceError,
  type Store,
  settle,
} from "sluice";
import { broker, nonRetryable, on, queueStore } from "sluice/broker";
import { eventCodec, eventLog } from "sluice/log";
import { memoryStore } from "sluice/memory";
import * as RQ from "sluice/reader";
import { records, sortOf } from "sluice/records";
import { redisStore } from "sluice/redis";
import { aggregate, type Decider, projection } from "sluice/sourcing";
import { viewOf } from "sluice/store";
import * as Q from "sluice/task";
import { given, marblesOf, simulate, testMessage } from "sluice/testing";

const Order = t.type({ id: t.string, customerId: t.string, total: t.number });
type Order = t.TypeOf<typeof Order>;

const order = (id: string): Order => ({ id, customerId: `c-${id.length}`, total: 12 });

const charge = async (message: Message<Order>): Promise<string> => {
  if (message.data.id === "o-2" && message.attempt === 1) throw new Error("not yet");
  return message.data.id;
};

const DoorEvent = t.union([t.type({ type: t.literal("Opened"), by: t.string }), t.type({ type: t.literal("Shut") })]);
type DoorEvent = t.TypeOf<typeof DoorEvent>;
type DoorCommand = { readonly type: "Open"; readonly by: string } | { readonly type: "Shut" };

const door: Decider<DoorCommand, "open" | "shut", DoorEvent, "open already" | "shut already"> = {
  initial: "shut",
  decide: (command) => (state) => {
    if (command.type === "Open")
      return state === "open" ? E.left("open already") : E.right([{ type: "Opened", by: command.by }]);
    return state === "shut" ? E.left("shut already") : E.right([{ type: "Shut" }]);
  },
  evolve: (_state, event) => (event.type === "Opened" ? "open" : "shut"),
};

/** The log, aggregates upon it, and a projection of it. */
const source = async (store: Store): Promise<void> => {
  const codec = eventCodec(DoorEvent, { tag: "type" });
  const log = eventLog(store, codec);
  const doors = aggregate(store, { category: "door", decider: door, codec });
  const openings = projection(store, {
    name: "openings",
    version: 1,
    codec,
    initial: 0,
    state: t.number,
    evolve: { Opened: (count) => count + 1 },
  });
  const running = openings.run().subscribe();

  const opened = await doors.handle("front", { type: "Open", by: "ann" }, { commandId: "c-1" });
  assert.ok(E.isRight(opened) && opened.right.version === 1 && !opened.right.duplicate);
  const again = await doors.handle("front", { type: "Open", by: "ann" }, { commandId: "c-1" });
  assert.ok(E.isRight(again) && again.right.duplicate);
  assert.deepEqual(await doors.handle("front", { type: "Open", by: "bob" }), E.left("open already"));
  const rejected = await Q.S.handle(doors)("back", { type: "Shut" })();
  assert.ok(E.isLeft(rejected) && rejected.left._tag === "Rejected");
  assert.deepEqual(await doors.state("front"), { id: "front", state: "open", version: 1 });

  const { position } = await log.append("door/side", [{ type: "Opened", by: "eve" }, { type: "Shut" }], {
    expected: "absent",
  });
  const side = await lastValueFrom(log.read("door/side").pipe(toArray()));
  assert.deepEqual(
    side.map(({ version, event }) => `${version} ${event.type}`),
    ["1 Opened", "2 Shut"],
  );
  const fed = await lastValueFrom(
    log.feed().pipe(
      filter((item) => item._tag === "Event"),
      map(({ stream }) => stream),
      take(3),
      toArray(),
    ),
  );
  assert.deepEqual(fed, ["door/front", "door/side", "door/side"]);
  assert.equal((await openings.waitFor(position)).state, 2);
  running.unsubscribe();
};

/** Reactions on the log, a target that blocks and is freed, and its queues by hand. */
const reacting = async (store: Store): Promise<void> => {
  const codec = eventCodec(DoorEvent, { tag: "type" });
  const log = eventLog(store, codec);
  const greeted: Array<string> = [];
  let isWelcome = false;
  const greet = on(codec, "Opened").do(
    async ({ event }) => {
      if (event.by === "eve" && !isWelcome) throw nonRetryable("she is not welcome");
      greeted.push(event.by);
    },
    { name: "greet", from: "end" },
  );
  const count = on(codec, "Shut")
    .do(() => TE.right(1), { name: "count", lane: "slow", from: "end" })
    .to("doors");
  const porter = broker(store, { name: "porter", reactions: [greet, count], lanes: { slow: {} } });
  assert.equal((await porter.runUntilIdle()).delivered, 0);
  await log.append("gate/1", [{ type: "Opened", by: "ann" }, { type: "Shut" }]);
  const { position } = await log.append("gate/2", [{ type: "Opened", by: "eve" }]);
  assert.deepEqual(await porter.runUntilIdle(), {
    fetched: 3,
    delivered: 3,
    acked: 2,
    skipped: 0,
    blocked: 1,
    left: 1,
  });
  assert.deepEqual(
    (await porter.blockedStreams()).items.map(({ stream, reactions }) => [stream, reactions]),
    [["gate/2", ["greet"]]],
  );
  assert.notEqual(await porter.position("gate/2"), position);
  isWelcome = true;
  const freed = await Q.B.unblock(porter)("gate/2")();
  assert.ok(E.isRight(freed) && freed.right === 1);
  await porter.runUntilIdle();
  assert.deepEqual(greeted, ["ann", "eve"]);

  const queues = queueStore(store, { name: "hand" });
  const { queues: fetched } = await queues.fetch([greet], 10);
  assert.deepEqual(fetched, []);
  await log.append("gate/3", [{ type: "Opened", by: "bob" }]);
  const [gate] = (await queues.fetch([greet], 10)).queues;
  const next = await gate?.next();
  assert.ok(next?.event.by === "bob" && (await gate?.ack(next.position)) === true);
};

const use = async (store: Store): Promise<void> => {
  const orders = queue(store, { name: "orders", codec: Order, key: ({ customerId }) => customerId });
  const done = queue(store, { name: "done", codec: t.string });

  await orders.enqueue(order("o-1"));
  await lastValueFrom(from([order("o-2"), order("o-33")]).pipe(enqueueTo(orders, { sizeMax: 2 })));
  const outcomes = await lastValueFrom(
    orders.messages().pipe(
      handle(charge, { concurrency: 4, timeoutMs: 5_000 }),
      followUp((id) => [done.enqueue(id)]),
      retryBackoff({ initialMs: 5, attemptsMax: 3 }),
      settle(),
      map(({ outcome }) => outcome._tag),
      take(4),
      toArray(),
    ),
  );
  assert.deepEqual(outcomes.sort(), ["Ack", "Ack", "Ack", "Retry"]);

  const lengths = await lastValueFrom(
    done.messages({ prefetch: 3 }).pipe(
      batch({ sizeMax: 3, waitMsMax: 500 }),
      handleBatch(async ({ data }) => data.map((id) => E.right(id.length))),
      settle(),
      take(3),
      map(({ result }) => (E.isRight(result) ? result.right : 0)),
      toArray(),
    ),
  );
  assert.deepEqual(lengths.sort(), [3, 3, 4]);

  const enqueued: E.Either<SluiceError, { readonly duplicate: boolean }> = await pipe(
    order("o-4"),
    Q.enqueue(orders),
  )();
  assert.ok(E.isRight(enqueued));
  const [message] = await orders.receive({ max: 1, waitMsMax: 1_000 });
  assert.ok(message !== undefined);
  await atomically([message.ack, done.enqueue("o-4")]);
  const stats = await pipe(
    RQ.stats({ name: "done", codec: t.string })()({ store }),
    TE.match(
      (error) => error.message,
      ({ acked, ready }) => `${acked} acked, ${ready} ready`,
    ),
  )();
  assert.equal(stats, "3 acked, 1 ready");
  await done.purge();

  const visits = records(store, {
    name: "visits",
    codec: t.type({ count: t.number }),
    indexes: { byCount: ({ count }) => ({ sort: sortOf(count) }) },
  });
  await visits.modify("v-1", (visit) => ({ count: (visit?.count ?? 0) + 1 }));
  const put = await Q.R.put(visits)("v-2", { count: 5 })();
  assert.ok(E.isRight(put));
  const { items } = await visits.page("byCount", { from: sortOf(1), backwards: true });
  assert.deepEqual(
    items.map(({ id, value }) => `${id}: ${value.count}`),
    ["v-2: 5", "v-1: 1"],
  );
  await Promise.all(["v-1", "v-2"].map((id) => visits.remove(id)));

  await source(store);
  await reacting(store);

  const calls: Array<string> = [];
  const seen = viewOf(store, {
    around: (run, { name }) => {
      calls.push(name);
      return run();
    },
  });
  await queue(seen, { name: "done", codec: t.string }).enqueue("seen");
  assert.deepEqual(calls, ["write"]);
  await done.purge();
  await store.close();
};

const onVirtualTime = (): Promise<void> =>
  simulate(async ({ store, advance, expect$ }) => {
    const jobs = queue(store, { name: "jobs", codec: t.string });
    await jobs.enqueue("a", { delayMs: 10 });
    expect$(
      jobs.messages().pipe(
        handle(async (m) => m.data),
        settle(),
        map((s) => s.outcome._tag),
      ),
      20,
    ).toBe("10ms a", {
      a: "Ack",
    });
    await advance(20);
  });

const throughFailover = (): Promise<void> =>
  simulate(async ({ store, stopReplication, failover }) => {
    const jobs = queue(store, { name: "jobs", codec: t.string });
    await jobs.enqueue("kept");
    stopReplication();
    await jobs.enqueue("lost");
    failover();
    assert.equal((await jobs.stats()).enqueued, 1);
  });

const withMarbles = marblesOf<Context>(configure)((m) => {
  const one = testMessage("a", { scheduler: m.scheduler });
  const outcomes$ = m.cold("-a|", { a: one }).pipe(
    handle(() => m.cold("-r|")),
    settle(),
    map((s) => s.outcome._tag),
  );
  m.expect(outcomes$).toBeObservable("---(a|)", { a: "Ack" });
});

await use(memoryStore());
await onVirtualTime();
await throughFailover();
given(door, [{ type: "Opened", by: "ann" }])
  .when({ type: "Shut" })
  .expectEvents([{ type: "Shut" }]);
withMarbles();
console.log("memory");
await use(redisStore(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379", { namespace: process.argv[2] ?? "matrix" }));
console.log("redis");
