import * as t from "io-ts";
import { handle, queue, retryBackoff, settle } from "sluice";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";

/** Everything that an application with jitter and an outage says, with its times and ids. */
const told = async (): Promise<ReadonlyArray<unknown>> => {
  const lines: Array<unknown> = [];
  await simulate(async ({ store, advance, nowMs, disconnect, reconnect }) => {
    const orders = queue(store, { name: "orders", codec: t.number });
    orders.events$.subscribe((event) => lines.push([nowMs(), event._tag, "id" in event ? event.id : event.during]));
    const consumer = orders
      .messages()
      .pipe(
        handle(async ({ attempt }) => {
          if (attempt < 3) throw new Error("not yet");
        }),
        retryBackoff({ initialMs: 1_000, jitter: "full" }),
        settle(),
      )
      .subscribe();
    await orders.enqueueAll([1, 2, 3]);
    await advance(500);
    disconnect();
    await advance(7_777);
    reconnect();
    await advance(60_000);
    lines.push((await orders.enqueue(4)).id);
    await advance(60_000);
    consumer.unsubscribe();
  });
  return lines;
};

describe("an application on virtual time", () => {
  it("happens again alike: ids, jitter, and what rides out an outage", async () => {
    const first = await told();
    expect(first.length).toBeGreaterThan(15);
    expect(first.filter((line) => Array.isArray(line) && line[1] === "StoreFailed").length).toBeGreaterThan(2);
    expect(await told()).toEqual(first);
  });
});
