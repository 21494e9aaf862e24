import * as t from "io-ts";
import { firstValueFrom, map, of } from "rxjs";
import {
  Ack,
  Block,
  deadLetter,
  followUp,
  type Handled,
  handle,
  type Outcome,
  queue,
  Reject,
  Release,
  Retry,
  type Settlement,
  type SluiceError,
  settle,
  type Write,
} from "sluice";
import { memoryStore } from "sluice/memory";
import { testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { alreadySettled, encodeRefused, leaseLost, storeUnavailable } from "../../../src/core/SluiceError.js";
import { failedBy, failedWith, succeeded } from "../../support/handledOf.js";
import { marbles } from "../../support/marbles.js";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellOutcome, tellResult, tellSettlement } from "../../support/tell.js";

type AnyHandled = Handled<string, unknown, unknown>;
type AnySettlement = Settlement<string, unknown>;

const settlementOf = (handled: AnyHandled): AnySettlement | undefined => {
  let seen: AnySettlement | undefined;
  of(handled)
    .pipe(settle())
    .subscribe((settlement) => {
      seen = settlement;
    });
  return seen;
};

describe("settle", () => {
  operatorLaws<AnyHandled, AnySettlement>({
    operator: () => settle(),
    input: (text, m) => succeeded(text, text, { scheduler: m.scheduler }),
    show: ({ message }) => message.data,
  });

  it.each<[string, AnyHandled & { readonly message: ReturnType<typeof testMessage> }, string]>([
    ["acks a result", succeeded("a", 1), "Ack"],
    ["performs what a result decided", succeeded("a", 1, { outcome: Reject({ cause: "x" }) }), "Reject"],
    [
      "performs what was decided of a failure",
      failedWith("a", "no", { outcome: Block({ cause: "x", scope: "key" }) }),
      "Block key",
    ],
    ["acks a failure that was decided so", failedWith("a", "no", { outcome: Ack }), "Ack"],
    ["retries an undecided failure with backoff", failedWith("a", "no", { attempt: 3 }), "Retry in 800 ms"],
    ["retries what timed out", failedBy("a", { _tag: "TimedOut", timeoutMs: 5 }), "Retry in 200 ms"],
    ["releases what a stop interrupted", failedBy("a", { _tag: "Interrupted", reason: "stopped" }), "Release"],
  ])("%s", (_, handled, expected) => {
    const settlement = settlementOf(handled);
    expect(handled.message.settled.map(tellOutcome)).toStrictEqual([expected]);
    expect(settlement && tellSettlement(settlement)).toBe(`a ${expected}`);
    expect(settlement?.message).toBe(handled.message);
    expect(settlement?.result).toBe(handled.result);
  });

  it("keeps the cause of a failure, and the reason of a release", () => {
    const failed = failedWith("a", "no");
    const stopped = failedBy("a", { _tag: "Interrupted", reason: "stopped" });
    settlementOf(failed);
    settlementOf(stopped);
    expect(failed.message.settled).toStrictEqual([Retry({ cause: "no", delayMs: 200 })]);
    expect(stopped.message.settled).toStrictEqual([Release({ reason: "stopped" })]);
  });

  it("emits what the store performed, not what was asked", () => {
    const performed = Reject({ cause: "out of attempts" });
    expect(settlementOf(failedWith("a", "no", { answer: () => performed }))?.outcome).toBe(performed);
  });

  it(
    "emits in the order of confirmation, and completes when all are confirmed",
    marbles((m) => {
      const { scheduler } = m;
      const source = m.cold("-a-b-c|", {
        a: succeeded("a", 1, { scheduler, confirmMs: 9 }),
        b: succeeded("b", 1, { scheduler, confirmMs: 1 }),
        c: succeeded("c", 1, { scheduler, confirmMs: 7 }),
      });
      const settled = source.pipe(settle(), map(tellSettlement));
      m.expect(settled).toBeObservable("----b-----a-(c|)", { a: "a Ack", b: "b Ack", c: "c Ack" });
    }),
  );

  it(
    "recalls nothing when it is unsubscribed, and tells no more",
    marbles((m) => {
      const a = succeeded("a", 1, { scheduler: m.scheduler, confirmMs: 5 });
      const source = m.cold("-a---", { a });
      m.expect(source.pipe(settle()), "---!").toBeObservable("-");
      m.expect(source).toHaveSubscriptions("^--!");
      m.flush();
      expect(a.message.settled).toStrictEqual([Ack]);
    }),
  );
});

describe("settle, where the store refuses", () => {
  const { id } = testMessage("x");
  const answering = (error: SluiceError) => ({ id, answer: () => error });

  it.each([
    ["its lease is lost", leaseLost(id)],
    ["it was settled otherwise before", alreadySettled(id, Reject({ cause: "x" }))],
    ["the store did not answer", storeUnavailable("gone")],
  ])("emits Lost with the cause: %s", (_, error) => {
    const settlement = settlementOf(succeeded("a", 1, answering(error)));
    expect(settlement?.outcome).toStrictEqual({ _tag: "Lost", cause: error });
    expect(settlement && tellResult(settlement.result)).toBe("Right(1)");
  });

  it("emits Lost for what the handler itself settled otherwise, and agrees with the same", async () => {
    const message = testMessage("a");
    await message.settle(Reject({ cause: "mine" }));
    const handled = { ...succeeded("a", 1), message };
    expect(settlementOf(handled)?.outcome).toMatchObject({ _tag: "Lost", cause: { _tag: "AlreadySettled" } });
    const acked = testMessage("b");
    await acked.ack;
    expect(settlementOf({ ...succeeded("b", 1), message: acked })?.outcome).toBe(Ack);
  });

  it("settles a message whose request itself was refused as failed by that", () => {
    const error = encodeRefused(["no"]);
    const refuseAck = (outcome: Outcome): Outcome | SluiceError => (outcome._tag === "Ack" ? error : outcome);
    const handled = succeeded("a", 1, { answer: refuseAck });
    const settlement = settlementOf(handled);
    expect(handled.message.settled.map(tellOutcome)).toStrictEqual(["Retry in 200 ms"]);
    expect(settlement && tellSettlement(settlement)).toBe("a Retry in 200 ms");
    expect(settlement?.result).toStrictEqual({ _tag: "Left", left: { _tag: "Threw", cause: error } });
  });

  it("takes a lost lease of another message, that was to be acked along, for a failure of this one", () => {
    const error = leaseLost(testMessage("y").id);
    const handled = succeeded("a", 1, { answer: (outcome) => (outcome._tag === "Ack" ? error : outcome) });
    settlementOf(handled);
    expect(handled.message.settled.map(tellOutcome)).toStrictEqual(["Retry in 200 ms"]);
  });

  it("takes what only looks like an outcome for a failure", () => {
    const handled = succeeded("a", 1, { outcome: { _tag: "Ack" } as Outcome });
    const settlement = settlementOf(handled);
    expect(handled.message.settled.map(tellOutcome)).toStrictEqual(["Retry in 200 ms"]);
    expect(settlement?.result).toMatchObject({ left: { _tag: "Threw", cause: { _tag: "InvalidConfig" } } });
  });

  it("emits Lost where that is refused too", () => {
    const error = encodeRefused(["no"]);
    const settlement = settlementOf(succeeded("a", 1, { answer: () => error }));
    expect(settlement?.outcome).toStrictEqual({ _tag: "Lost", cause: error });
  });
});

describe("settle and follow-ups", () => {
  const setUp = async () => {
    const store = memoryStore();
    const orders = queue(store, { name: "orders", codec: t.string });
    const shipments = queue(store, { name: "shipments", codec: t.string });
    await orders.enqueue("o-1");
    const [message] = await orders.receive({ max: 1 });
    if (message === undefined) throw new Error("no message");
    const run = (writes: () => ReadonlyArray<Write<unknown>>, outcome?: Outcome) =>
      firstValueFrom(
        of(message).pipe(
          handle(() => of(outcome ?? 1)),
          followUp(writes),
          settle(),
        ),
      );
    return { orders, shipments, message, run };
  };

  it("commits them with the ack", async () => {
    const { orders, shipments, run } = await setUp();
    const settlement = await run(() => [shipments.enqueue("s-1"), shipments.enqueue("s-2")]);
    expect(settlement.outcome).toBe(Ack);
    expect(await orders.stats()).toMatchObject({ acked: 1, leased: 0 });
    expect(await shipments.stats()).toMatchObject({ ready: 2 });
  });

  it("commits none where one is refused by its codec, and retries the message", async () => {
    const { orders, shipments, run } = await setUp();
    const settlement = await run(() => [shipments.enqueue("s-1"), shipments.enqueue(7 as unknown as string)]);
    expect(settlement.outcome._tag).toBe("Retry");
    expect(settlement.result).toMatchObject({ left: { _tag: "Threw", cause: { _tag: "EncodeRefused" } } });
    expect(await orders.stats()).toMatchObject({ acked: 0, delayed: 1 });
    expect(await shipments.stats()).toMatchObject({ enqueued: 0 });
  });

  it("gives those that will never be written to the decisions that follow", async () => {
    const { orders, shipments, message } = await setUp();
    const settlement = await firstValueFrom(
      of(message).pipe(
        handle(() => of(1)),
        followUp(() => [shipments.enqueue("s-1"), shipments.enqueue(7 as unknown as string)]),
        deadLetter({ when: (failure) => failure._tag === "Threw" }),
        settle(),
      ),
    );
    expect(settlement.outcome._tag).toBe("Reject");
    expect((await orders.deadLetters()).items).toMatchObject([
      { id: message.id, cause: expect.stringContaining("EncodeRefused") as string },
    ]);
    expect(await shipments.stats()).toMatchObject({ enqueued: 0 });
  });

  it("commits none where one is of another store, and retries the message", async () => {
    const { orders, run } = await setUp();
    const elsewhere = queue(memoryStore(), { name: "elsewhere", codec: t.string });
    const settlement = await run(() => [elsewhere.enqueue("x")]);
    expect(settlement.outcome._tag).toBe("Retry");
    expect(settlement.result).toMatchObject({ left: { _tag: "Threw", cause: { _tag: "InvalidConfig" } } });
    expect(await orders.stats()).toMatchObject({ acked: 0, delayed: 1 });
    expect(await elsewhere.stats()).toMatchObject({ enqueued: 0 });
  });

  it("commits none where a later decision retries the message", async () => {
    const message = testMessage("a");
    const writes = [queue(memoryStore(), { name: "notes", codec: t.string }).enqueue("x")];
    const handled: AnyHandled = { ...succeeded("a", 1), message, outcome: Retry({ cause: "x" }), followUps: writes };
    settlementOf(handled);
    expect(message.followUps).toStrictEqual([]);
    const acked = testMessage("b");
    settlementOf({ ...handled, message: acked, outcome: undefined });
    expect(acked.followUps).toStrictEqual(writes);
  });

  it("retries a message whose handler named a delay that is no number", async () => {
    const { orders, run } = await setUp();
    const settlement = await run(() => [], Retry({ cause: "busy", delayMs: Number.NaN }));
    expect(settlement.outcome._tag).toBe("Retry");
    expect(settlement.result).toMatchObject({ left: { _tag: "Threw", cause: { _tag: "InvalidConfig" } } });
    expect(await orders.stats()).toMatchObject({ delayed: 1 });
  });
});
