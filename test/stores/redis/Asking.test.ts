/** A consumer that waits: what wakes it, in whatever order that is answered. */
import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { Asking, type AskingContext } from "../../../src/stores/redis/Asking.js";
import type { BlockingPool } from "../../../src/stores/redis/BlockingPool.js";
import type { CallEnd, Connection } from "../../../src/stores/redis/Connection.js";
import { Slots } from "../../../src/stores/redis/Slots.js";

interface Asked {
  readonly name: string;
  readonly end: CallEnd<unknown>;
}

/** A consumer whose calls are answered by the test. */
const waiting = () => {
  const scheduler = new VirtualTimeScheduler();
  const calls: Array<Asked> = [];
  const ask = (name: string, end: CallEnd<unknown>) => {
    calls.push({ name, end });
    return { sent: true, abandon: () => undefined };
  };
  const connection = { run: ({ name }: { name: string }, _: unknown, end: CallEnd<unknown>) => ask(name, end) };
  const pool = {
    read: ({ lists }: { lists: ReadonlyArray<string> }, end: CallEnd<unknown>) => ask(lists[1] ?? "", end),
  };
  const context: AskingContext = {
    connection: connection as unknown as Connection,
    urgent: connection as unknown as Connection,
    pool: pool as unknown as BlockingPool,
    slots: new Slots(),
    scheduler,
    given: () => "",
    deadLettersMax: 10,
  };
  const wanted = {
    queue: "q",
    key: "k",
    consumer: "c",
    max: 1,
    bytesMax: 1_000,
    leaseMs: 30_000,
    waitMsMax: Number.POSITIVE_INFINITY,
    attemptsMax: 5,
    deliveriesMax: 1_000,
    hands: "empty" as const,
    exclusive: false,
  };
  const asking = new Asking(context, wanted, { got: () => undefined, failed: () => undefined });
  const advance = (ms: number): void => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  const answer = (name: string, reply: unknown): void => {
    const at = calls.findIndex((call) => call.name === name);
    expect(at).not.toBe(-1);
    calls.splice(at, 1)[0]?.end.done(reply);
  };
  const nothing = { leases: [], nowMs: 0, changeMs: 40, standsBy: false };
  asking.start();
  answer("lease", nothing);
  return { asking, advance, answer, nothing, names: () => calls.map(({ name }) => name) };
};

describe("a consumer that waits for what comes by time", () => {
  it("asks where its nudge wakes it before that is answered", () => {
    const { advance, answer, names } = waiting();
    expect(names()).toEqual(["k:w"]);
    advance(40);
    expect(names()).toEqual(["k:w", "nudge"]);
    answer("k:w", { list: "k:w", text: "1" });
    answer("nudge", 0);
    advance(1);
    expect(names()).toEqual(["lease"]);
    advance(1_000);
    expect(names()).toEqual(["lease"]);
  });

  it("goes on nudging where the nudge woke another one, and asks when its blocking read is over", () => {
    const { advance, answer, nothing, names } = waiting();
    advance(40);
    answer("nudge", 25);
    advance(25);
    expect(names()).toEqual(["k:w", "nudge"]);
    answer("k:w", undefined);
    advance(1);
    expect(names()).toEqual(["nudge", "lease"]);
    answer("nudge", undefined);
    answer("lease", nothing);
    expect(names()).toEqual(["k:w"]);
  });

  it("gives back what woke it where it is taken back before it asks", () => {
    const { asking, advance, answer, names } = waiting();
    advance(40);
    answer("nudge", undefined);
    answer("k:w", { list: "k:w", text: "1" });
    asking.takeBack();
    advance(1_000);
    expect(names()).toEqual(["cancel"]);
  });
});
