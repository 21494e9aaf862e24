import { VirtualTimeScheduler } from "rxjs";
import { Ack, mapMessage, type Outcome, Reject, Retry } from "sluice";
import { testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { delivery } from "../../../src/core/Message.js";
import { storeUnavailable } from "../../../src/core/SluiceError.js";

describe("testMessage", () => {
  it("has the face that it is given", () => {
    const options = { key: "k", attempt: 3, headers: { trace: "1" }, enqueuedAtMs: 7 };
    expect(testMessage("a", options)).toMatchObject({ data: "a", ...options, firstEnqueuedAtMs: 7 });
    expect(testMessage("a")).toMatchObject({ key: undefined, attempt: 1, headers: {} });
  });

  it("records how it is settled, also through a view on it", async () => {
    const message = testMessage("a");
    expect(message.settled).toStrictEqual([]);
    expect(await mapMessage((text: string) => text.length)(message).ack).toBe(Ack);
    expect(message.settled).toStrictEqual([Ack]);
  });

  it("lets the first settlement win", async () => {
    const message = testMessage("a");
    await message.settle(Retry({ cause: 1, delayMs: 5 }));
    expect(await message.settle(Retry({ cause: 2, delayMs: 5 }))).toStrictEqual(Retry({ cause: 1, delayMs: 5 }));
    await expect(message.ack.then()).rejects.toMatchObject({ _tag: "AlreadySettled" });
    expect(message.settled).toStrictEqual([Retry({ cause: 1, delayMs: 5 })]);
  });

  it("refuses what is no outcome", async () => {
    const message = testMessage("a");
    await expect(message.settle({ _tag: "Ack" } as Outcome).then()).rejects.toMatchObject({ _tag: "InvalidConfig" });
    expect(message.settled).toStrictEqual([]);
  });

  it("answers as a store that performs something else, or fails", async () => {
    const rejected = Reject({ cause: "out of attempts" });
    expect(await testMessage("a", { answer: () => rejected }).settle(Retry({ cause: 1 }))).toBe(rejected);
    const refused = testMessage("a", { answer: () => storeUnavailable("gone") });
    await expect(refused.ack.then()).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    expect(refused.settled).toStrictEqual([]);
  });

  it("confirms after its time", () => {
    const scheduler = new VirtualTimeScheduler();
    const confirmed: Array<number> = [];
    testMessage("a", { scheduler, confirmMs: 9 }).ack.subscribe(() => confirmed.push(scheduler.now()));
    expect(confirmed).toStrictEqual([]);
    scheduler.flush();
    expect(confirmed).toStrictEqual([9]);
  });

  it("is taken away from who holds it, once, and then has lost its lease", async () => {
    const message = testMessage("a");
    const reasons: Array<string> = [];
    const first = (reason: string): void => void reasons.push(`first ${reason}`);
    const second = (reason: string): void => void reasons.push(`second ${reason}`);
    message[delivery].hold(first);
    message[delivery].hold(second);
    message[delivery].letGo(first);
    expect(message.isHeld()).toBe(true);
    message.interrupt("lease lost");
    message.interrupt("lease lost");
    expect(reasons).toStrictEqual(["second lease lost"]);
    expect(message.isHeld()).toBe(false);
    await expect(message.ack.then()).rejects.toMatchObject({ _tag: "LeaseLost", id: message.id });
    await expect(message.extend(5).then()).rejects.toMatchObject({ _tag: "LeaseLost" });
  });

  it("may be settled after a stop took it away", async () => {
    const message = testMessage("a");
    message.interrupt("stopped");
    expect(await message.ack).toBe(Ack);
    expect(await message.extend(5)).toBeUndefined();
  });
});
