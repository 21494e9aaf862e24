/** Two copies of the library in one program: what one makes, the other knows. */
import * as t from "io-ts";
import { lastValueFrom, take, toArray } from "rxjs";
import * as ours from "sluice";
import { memoryStore } from "sluice/memory";
import { beforeAll, describe, expect, it, vi } from "vitest";

let theirs: typeof ours;
beforeAll(async () => {
  vi.resetModules();
  theirs = await import("sluice");
});

describe("values of another copy of the library", () => {
  it("are of other classes", () => {
    expect(theirs.Ack).not.toBe(ours.Ack);
    expect(theirs.isOutcome).not.toBe(ours.isOutcome);
  });

  it("are known: outcomes and errors", () => {
    for (const outcome of [theirs.Ack, theirs.Reject({ cause: "no" }), theirs.Block({ cause: "no", scope: "key" })])
      expect(ours.isOutcome(outcome)).toBe(true);
    expect(() => theirs.batch({ sizeMax: 0 })).toThrow(expect.toSatisfy(ours.isSluiceError));
  });

  it("write what follows an ack with it, and join with writes of ours", async () => {
    const store = memoryStore();
    const orders = ours.queue(store, { name: "orders", codec: t.string });
    const shipments = theirs.queue(store, { name: "shipments", codec: t.string });
    await orders.enqueue("a");
    const settled = orders.messages().pipe(
      ours.handle(async () => theirs.Ack),
      ours.followUp(() => [shipments.enqueue("shipped") as never]),
      ours.settle(),
      take(1),
    );
    const { outcome } = await lastValueFrom(settled);
    expect(outcome._tag).toBe("Ack");
    expect((await shipments.stats()).enqueued).toBe(1);
    await ours.atomically([orders.enqueue("b"), shipments.enqueue("c") as never]);
    expect((await shipments.stats()).enqueued).toBe(2);
  });

  it("give up where their policy does", async () => {
    const store = memoryStore();
    const orders = ours.queue(store, { name: "orders", codec: t.string });
    await orders.enqueueAll(["a", "b"]);
    const settled = orders.messages().pipe(
      ours.handle(() => Promise.reject(new Error("no"))),
      theirs.retryBackoff({ attemptsMax: 1 }) as never,
      ours.settle(),
      take(2),
      toArray(),
    );
    const outcomes = (await lastValueFrom(settled)) as unknown as ReadonlyArray<ours.Settlement<string, never>>;
    expect(outcomes.map(({ outcome }) => outcome._tag)).toEqual(["Reject", "Reject"]);
  });

  it("are refused where only another version knows them", async () => {
    const store = memoryStore();
    const orders = ours.queue(store, { name: "orders", codec: t.string, attemptsMax: 1 });
    await orders.enqueue("a");
    const later = Object.freeze(
      Object.defineProperty({ _tag: "Defer" }, Symbol.for("sluice/Outcome"), { value: true }),
    );
    expect(ours.isOutcome(later)).toBe(false);
    const settled = orders.messages().pipe(
      ours.handle(() => Promise.resolve(later)),
      ours.settle(),
      take(1),
    );
    const { outcome, result } = await lastValueFrom(settled);
    expect([outcome._tag, result._tag]).toEqual(["Reject", "Left"]);
  });
});
