/**
 * Connections that are cut around commits, so that nobody knows whether a write was done: it is sent again with its id, and is done once. `ROUNDS=400 SEED=x`
 * plays a longer run, and another one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { isRight } from "fp-ts/lib/Either.js";
import { expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import { randomOf } from "../../../src/core/Random.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import { appendStep } from "../../../src/testing/conformance/log/steps.js";
import { enqueueStep, leaseRequest, settleStep } from "../../../src/testing/conformance/queue/steps.js";
import { putStep } from "../../../src/testing/conformance/records/steps.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { startTcpProxy, type TcpProxy } from "../../support/tcpProxy.js";
import { aClient, aSchema, atEnd, enqueue, opened } from "./opened.js";
import { watched } from "./watched.js";

const SEED = process.env["SEED"] ?? "resends";
const ROUNDS = Number(process.env["ROUNDS"] ?? 25);
/** How many kinds of lists there are, each of which a function of its own does. */
const KINDS = 5;

/** The list of this number; each of them can be told to have been done once. */
const listOf = (n: number, lease: Lease): ReadonlyArray<Step> => {
  switch (n % KINDS) {
    case 0:
      return [enqueueStep("q", String(n), { key: String(n % 3) })];
    case 1:
      return [settleStep(lease, Ack, { queue: "work" }), enqueueStep("next", String(n))];
    case 2:
      return [settleStep(lease, Ack, { queue: "work" })];
    case 3:
      return [appendStep("s", [String(n)])];
    default:
      return [putStep(String(n), { expected: { _tag: "Absent" } })];
  }
};

/** What all lists of so many rounds leave. */
const expectDoneOnce = async (store: Store, rounds: number): Promise<void> => {
  const of = (kind: number): number => Math.floor((rounds - kind + KINDS - 1) / KINDS);
  expect(await store.stats("q")).toMatchObject({ enqueued: of(0), ready: Math.min(3, of(0)) });
  expect(await store.stats("next")).toMatchObject({ enqueued: of(1) });
  expect(await store.stats("work")).toMatchObject({ acked: of(1) + of(2), leased: rounds - of(1) - of(2) });
  const { events } = await store.readStream({
    stream: "s",
    after: 0,
    upTo: undefined,
    limit: 10_000,
    backwards: false,
  });
  expect(events.map(({ data }) => Number(data))).toEqual(Array.from({ length: of(3) }, (_, i) => KINDS * i + 3));
};

const leasesOf = async (store: Store, count: number): Promise<ReadonlyArray<Lease>> => {
  await enqueue(
    store,
    "work",
    Array.from({ length: count }, (_, n) => String(n)),
  );
  return await store.lease(leaseRequest("work", { max: count, leaseMs: 300_000 }));
};

const throughProxy = async (): Promise<{ readonly proxy: TcpProxy; readonly url: string }> => {
  const url = new URL(await postgresUrl());
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  atEnd(() => proxy.close());
  url.host = `${proxy.host}:${proxy.port}`;
  return { proxy, url: url.href };
};

it("of any kind, cut at any moment, are done once", { timeout: 60_000 + 1_000 * ROUNDS }, async () => {
  const schema = await aSchema();
  const direct = await opened(schema);
  const leases = await leasesOf(direct, ROUNDS);
  const { proxy, url } = await throughProxy();
  const { store, story } = await watched(schema, { commandMsMax: 20_000 }, url);
  const random = randomOf(SEED);
  let lostReplies = 0;
  for (let n = 0; n < ROUNDS; n++) {
    const lease = leases[n];
    if (lease === undefined) throw new Error("all were leased");
    const isReplyLost = random() < 0.5;
    const before = proxy.lostBytes().toClient;
    if (isReplyLost) proxy.dropReplies();
    const written = Promise.resolve(store.write([listOf(n, lease)], newId()));
    if (isReplyLost)
      await expect.poll(() => proxy.lostBytes().toClient, { interval: 2, timeout: 10_000 }).toBeGreaterThan(before);
    else await sleep(random() * 8);
    proxy.resume();
    proxy.cut();
    lostReplies += isReplyLost ? 1 : 0;
    expect((await written).map(isRight)).toEqual([true]);
  }
  expect(lostReplies).toBeGreaterThan(ROUNDS / 4);
  await expectDoneOnce(direct, ROUNDS);
  const downs = story().filter((tag) => tag === "StoreDown").length;
  expect(downs).toBeGreaterThan(ROUNDS / 4);
  expect(story()).toEqual(story().map((_, i) => (i % 2 === 0 ? "StoreDown" : "StoreUp")));
});

it("that meet their first run still under way are done once, and answered alike", { timeout: 60_000 }, async () => {
  const schema = await aSchema();
  const direct = await opened(schema, { commandMsMax: 20_000 });
  const leases = await leasesOf(direct, KINDS);
  const { proxy, url } = await throughProxy();
  const { store } = await watched(schema, { commandMsMax: 20_000 }, url);
  const foreign = await aClient();
  // What a transaction sees of others stays as it was at its first look.
  const looking = await aClient();
  const runs = async (): Promise<number> => {
    const { rows } = await looking.query<{ count: string }>(
      `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%"${schema}"%'`,
    );
    return Number(rows[0]?.count);
  };
  for (const [n, lease] of leases.entries()) {
    const lists = [listOf(n, lease)];
    const writeId = newId();
    // The first run gets so far that it has noted its id, and waits.
    await foreign.query(
      `begin; lock table "${schema}".messages, "${schema}".log_events, "${schema}".records in exclusive mode`,
    );
    const cutOff = Promise.resolve(store.write(lists, writeId));
    await expect.poll(runs, { timeout: 10_000 }).toBe(1);
    proxy.cut();
    await expect.poll(runs, { timeout: 10_000 }).toBe(2);
    const besides = Promise.resolve(direct.write(lists, writeId));
    await expect.poll(runs, { timeout: 10_000 }).toBe(3);
    await foreign.query("commit");
    const answers = [await cutOff, await besides];
    expect([n, answers[0]]).toEqual([n, answers[1]]);
    expect(answers.flat().map(isRight)).toEqual([true, true]);
  }
  await expectDoneOnce(direct, KINDS);
});
