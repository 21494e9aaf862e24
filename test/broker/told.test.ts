/** What happens in the queues of a broker is told by it, with its lanes and streams, and not by queues that nobody has named. */
import * as t from "io-ts";
import { queue } from "sluice";
import { type BrokerEvent, broker, on, type Reaction } from "sluice/broker";
import { type Store, viewOf } from "sluice/store";
import { faultyStore } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";
import { collect, counts, inc, logOn } from "./scene.js";

/** A broker on a store that can be broken, with what it tells and what it warns of. */
const scene = (inner: Store, reaction: Reaction<unknown, "slow">) => {
  const { store, faults } = faultyStore(inner);
  const warnings: Array<readonly [string, Readonly<Record<string, unknown>>]> = [];
  const logger = {
    warn: (sentence: string, fields: Readonly<Record<string, unknown>>) => warnings.push([sentence, fields]),
  };
  const b = broker(viewOf(store, { logger }), { name: "b", lanes: { slow: {} }, reactions: [reaction] });
  const events = collect(b.events$);
  const warned = (code: string) => warnings.filter(([, fields]) => fields["code"] === code);
  const told = <T extends BrokerEvent<unknown>["_tag"]>(tag: T) => events.seen.filter(({ _tag }) => _tag === tag);
  return { b, faults, warnings, warned, told };
};

const settleFailed = { _tag: "StoreFailed", lane: "slow", during: "settle", error: { _tag: "StoreUnavailable" } };

describe.each(mostStores())("a broker on %s", (_, open) => {
  it("tells the lane of a settlement that failed, and is done with the event once the store is back", async () => {
    const inner = open();
    const cut = on(counts, "Inc").do(
      async () => {
        if (told("StoreFailed").length === 0) faults.disconnect();
      },
      { name: "cut", lane: "slow" },
    );
    const { b, faults, warnings, warned, told } = scene(inner, cut);
    await logOn(inner).append("a/1", [inc(1)]);
    const run = collect(b.run());
    await expect.poll(() => told("StoreFailed").length, { timeout: 8_000 }).toBeGreaterThan(0);
    expect(told("StoreFailed")).toContainEqual(
      expect.objectContaining({ ...settleFailed, error: expect.anything() as unknown }),
    );
    faults.reconnect();
    await run.until(1);
    expect(run.seen[0]).toMatchObject({ _tag: "Acked", stream: "a/1" });
    const [[sentence, fields] = ["", {}]] = warned("SLUICE_BROKER_SETTLE_FAILED");
    expect(sentence).toContain('The broker "b" could not settle');
    expect(fields).toMatchObject({ broker: "b", lane: "slow" });
    expect(JSON.stringify(warnings)).not.toContain("sluice.broker/");
  });

  it("tells the lane where what is in hand cannot be given back after the end of a run", async () => {
    const inner = open();
    let isBusy = false;
    const busy = on(counts, "Inc").do(
      () => {
        isBusy = true;
        return new Promise(() => undefined);
      },
      { name: "busy", lane: "slow" },
    );
    const { b, faults, warned, told } = scene(inner, busy);
    await logOn(inner).append("a/1", [inc(1)]);
    const run = collect(b.run());
    await expect.poll(() => isBusy, { timeout: 8_000 }).toBe(true);
    faults.disconnect();
    const before = told("StoreFailed").length;
    run.stop();
    await expect
      .poll(() => told("StoreFailed").slice(before), { timeout: 8_000 })
      .toContainEqual(expect.objectContaining({ lane: "slow", during: "settle" }));
    expect(warned("SLUICE_BROKER_SETTLE_FAILED").length).toBeGreaterThan(0);
  });

  it("tells what is no event by the stream whose line it stood in", async () => {
    const inner = open();
    const count = on(counts, "Inc").do(async () => 1, { name: "count", lane: "slow" });
    const { b, warnings, warned, told } = scene(inner, count);
    const lane = queue(inner, { name: "sluice.broker/slow/b", codec: t.string, key: () => "a/1" });
    await lane.enqueue("what is this");
    await logOn(inner).append("a/1", [inc(1)]);
    expect(await b.runUntilIdle()).toMatchObject({ acked: 1 });
    expect(told("Unreadable")).toMatchObject([{ lane: "slow", stream: "a/1", report: [expect.any(String)] }]);
    expect(warned("SLUICE_BROKER_UNREADABLE")).toMatchObject([
      [expect.stringContaining("dead-lettered"), { broker: "b", stream: "a/1" }],
    ]);
    expect(JSON.stringify(warnings)).not.toContain("what is this");
  });

  it("keeps what is passed over among the dead letters of the lane's queue, with its cause", async () => {
    const inner = open();
    const passes = on(counts, "Inc").do(async () => Promise.reject(new Error("no")), {
      ...{ name: "passes", lane: "slow", attemptsMax: 1, blockOnError: false },
    });
    const { b } = scene(inner, passes);
    await logOn(inner).append("a/1", [inc(1), inc(2)]);
    expect(await b.runUntilIdle()).toMatchObject({ skipped: 2, left: 0 });
    const lane = queue(faultyStore(inner).store, { name: "sluice.broker/slow/b", codec: t.unknown });
    expect((await lane.deadLetters()).items).toMatchObject([
      { key: "a/1", cause: "Error: no" },
      { key: "a/1", cause: "Error: no" },
    ]);
  });
});
