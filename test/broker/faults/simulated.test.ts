/** A broker on virtual time, as users test theirs: the program of the design, and each fault that `simulate` offers. */
import * as t from "io-ts";
import { concatMap, filter, map, take, timer } from "rxjs";
import { broker, on } from "sluice/broker";
import { eventLog, eventType } from "sluice/log";
import { records } from "sluice/records";
import { aggregate } from "sluice/sourcing";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { order, orderEvents } from "../../support/fulfilment.js";

it("tells two failures of a target, then its success, on virtual time", () =>
  simulate(async ({ store, scheduler, advance, expect$ }) => {
    const placed = aggregate(store, { category: "order", decider: order, codec: orderEvents });
    const flaky = on(orderEvents, "OrderPlaced")
      .do(
        async (_, { attempt }) => {
          if (attempt < 3) throw new Error("no");
        },
        { backoff: { initialMs: 10, growth: "linear" } },
      )
      .to("t");
    const tags$ = broker(store, { name: "b", reactions: [flaky] })
      .run()
      .pipe(
        filter(({ stream }) => stream === "t"),
        map(({ _tag }) => _tag),
        take(3),
      );
    timer(0, scheduler)
      .pipe(concatMap(() => placed.handle("1", { orderId: "1", type: "Place", customerId: "c", total: 1 })))
      .subscribe();
    expect$(tags$).toBe("a 9ms b 19ms (c|)", { a: "Retrying", b: "Retrying", c: "Acked" });
    await advance(100);
  }));

const codec = eventType("Counted", t.number);

/** A broker that counts in a record, by the ack's own write, and says when its handler ran. */
const counting = ({ nowMs }: Pick<Simulation, "nowMs">, ran: Array<string>) => {
  const countersOn = (store: Simulation["store"]) => records(store, { name: "counters", codec: t.number });
  const brokerOn = (store: Simulation["store"], leaseMs = 5_000) => {
    const counters = countersOn(store);
    const count = on(codec, "Counted")
      .do(
        async ({ event }, { stream, attempt }) => {
          ran.push(`${event} at ${nowMs()}, attempt ${attempt}`);
          return await counters.get(stream);
        },
        { name: "count" },
      )
      .followUp((was, { stream, event }) => [counters.update(stream, (was?.value ?? 0) + event, was?.revision)]);
    return broker(store, { name: "counting", reactions: [count], leaseMs });
  };
  return { brokerOn, countersOn };
};

describe("a broker in a simulation", () => {
  it("that crashes leaves what it had in hand to another one, after its lease", () =>
    simulate(async ({ store, client, crash, advance, nowMs }) => {
      const begun: Array<string> = [];
      const brokerOn = (on_: Simulation["store"], work: () => Promise<unknown>) =>
        broker(on_, {
          name: "b",
          leaseMs: 5_000,
          reactions: [
            on(codec, "Counted").do(
              async ({ event }, { attempt }) => {
                begun.push(`${event} at ${nowMs()}, attempt ${attempt}`);
                await work();
              },
              { name: "work" },
            ),
          ],
        });
      const first = brokerOn(store, () => new Promise(() => undefined))
        .run()
        .subscribe();
      const other = client().store;
      const second = brokerOn(other, () => Promise.resolve()).run();
      await eventLog(other, codec).append("a/1", [1]);
      await advance(10);
      const told: Array<string> = [];
      const running = second.subscribe(({ _tag, attempt }) => told.push(`${_tag} ${attempt}`));
      crash();
      await advance(4_000);
      expect(begun).toEqual(["1 at 0, attempt 1"]);
      // It had correlated too: the other one takes that over as well.
      await eventLog(other, codec).append("a/2", [2]);
      await advance(10_000);
      expect(begun).toContain("1 at 5000, attempt 2");
      expect(begun.filter((one) => one.startsWith("2 "))).toEqual([expect.stringMatching(/attempt 1$/)]);
      expect(told.sort()).toEqual(["Acked 1", "Acked 2"]);
      first.unsubscribe();
      running.unsubscribe();
    }));

  it("whose replies are lost writes everything once", () =>
    simulate(async (simulation) => {
      const { store, client, dropReply, advance } = simulation;
      const ran: Array<string> = [];
      const { brokerOn, countersOn } = counting(simulation, ran);
      const running = brokerOn(store).run().subscribe();
      const log = eventLog(client().store, codec);
      for (let n = 1; n <= 10; n++) {
        dropReply();
        await log.append("a/1", [n]);
        dropReply(n % 3);
        await advance(100 * n);
      }
      await advance(10_000);
      expect((await countersOn(client().store).get("a/1"))?.value).toBe(55);
      expect(ran.length).toBe(10);
      running.unsubscribe();
    }));

  it("whose hints are lost is 2 s late, and no more", () =>
    simulate(async (simulation) => {
      const { store, client, dropHints, advance } = simulation;
      const ran: Array<string> = [];
      const running = counting(simulation, ran).brokerOn(store).run().subscribe();
      const log = eventLog(client().store, codec);
      await advance(50);
      await log.append("a/1", [1]);
      await advance(50);
      dropHints();
      await log.append("a/1", [2]);
      await advance(1_900);
      expect(ran).toEqual(["1 at 50, attempt 1"]);
      await advance(10_000);
      expect(ran).toEqual(["1 at 50, attempt 1", "2 at 2100, attempt 1"]);
      // And no later hint is lost.
      await log.append("a/1", [3]);
      await advance(0);
      expect(ran.at(-1)).toBe("3 at 12000, attempt 1");
      running.unsubscribe();
    }));

  it("whose store is away rides that out, and says so", () =>
    simulate(async (simulation) => {
      const { store, client, disconnect, reconnect, advance } = simulation;
      const ran: Array<string> = [];
      const { brokerOn, countersOn } = counting(simulation, ran);
      const counting_ = brokerOn(store);
      const told: Array<string> = [];
      const listening = counting_.events$.subscribe(({ _tag }) => told.push(_tag));
      const running = counting_.run().subscribe();
      const log = eventLog(client().store, codec);
      await log.append("a/1", [1]);
      await advance(100);
      disconnect();
      await log.append("a/1", [2]);
      await advance(60_000);
      expect(ran.length).toBe(1);
      reconnect();
      await advance(5_000);
      expect((await countersOn(client().store).get("a/1"))?.value).toBe(3);
      expect(told).toEqual(["Correlated", "Acked", "StoreDown", "StoreUp", "Correlated", "Acked"]);
      running.unsubscribe();
      listening.unsubscribe();
    }));
});
