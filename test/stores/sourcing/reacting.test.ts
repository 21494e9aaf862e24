/** Policies at work, on what is there today: pages of the log with a position that is kept, and messages of a queue. */
import { isLeft, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { lastValueFrom, map, take, toArray } from "rxjs";
import { handle, queue, retryBackoff, settle } from "sluice";
import { eventLog, eventType, PositionCodec, type Recorded } from "sluice/log";
import { records } from "sluice/records";
import { aggregate, causedBy, policy, send } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { addToCart, type CartEvent } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, processOn, rightOf } from "./scene.js";

const booked = eventType("Booked", t.type({ cents: t.number }));

const account = {
  category: "account",
  codec: booked,
  decider: {
    initial: 0,
    decide: (cents: number) => (sum: number) => (sum + cents < -1_000 ? left("No credit") : right([{ cents }])),
    evolve: (sum: number, { cents }: { readonly cents: number }) => sum + cents,
  },
};
const accountsOn = (store: Store) => aggregate(store, account);

/** Three commands for two accounts whenever a cart is paid. */
const bookingOn = (store: Store) => {
  const accounts = accountsOn(store);
  return policy(({ event }: Recorded<CartEvent>) =>
    event.type === "CartPaid"
      ? [
          send(accounts, `customer of ${event.cartId}`, -event.total),
          send(accounts, "shop", event.total),
          send(accounts, "shop", 1),
        ]
      : [],
  );
};

/** Reacts on what the log has behind the position that is kept, and keeps that. `step` is told before each thing that is done. */
const reactOn = async (store: Store, step: () => void): Promise<void> => {
  const booking = bookingOn(store);
  const done = records(store, { name: "booking", codec: PositionCodec });
  const after = (await done.get("position"))?.value;
  const { items, next } = await eventLog(store, cartEvents).feedPage({ after, pageSizeMax: 2 });
  for (const item of items) {
    if (item._tag === "Malformed") throw new Error(item.report.join());
    const { caused } = causedBy("booking", item);
    const context = {
      caused: (place?: string) => {
        step();
        return caused(place);
      },
    };
    rightOf(await booking(item, context));
  }
  step();
  if (next === undefined || items.length === 0) return;
  await done.put("position", next);
  await reactOn(store, step);
};

const balancesOn = async (store: Store) => {
  const accounts = accountsOn(store);
  const ids = ["customer of 1", "customer of 2", "shop"];
  return Promise.all(ids.map(async (id) => (await accounts.state(id)).version));
};

describe.each(eachStore)("a policy upon pages of the log on %s", (_, open) => {
  it("does each command once, wherever its process dies", async () => {
    const store = open();
    const carts = cartsOn(store);
    for (const id of ["1", "2"]) {
      await carts.handle(id, addToCart(id, "A"));
      await carts.handle(id, { type: "CompletePurchase", cartId: id });
    }
    let deaths = 0;
    for (let steps = 0; ; steps += 1) {
      let left = steps;
      const dying = reactOn(processOn(store).store, () => {
        left -= 1;
        if (left < 0) throw new Error("killed");
      });
      if (
        await dying.then(
          () => true,
          () => false,
        )
      )
        break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(4);
    expect(await balancesOn(store)).toEqual([1, 1, 4]);
    expect(await accountsOn(store).state("shop")).toMatchObject({ state: 22 });
  });

  it("keeps its count of hops also where the caller gives headers", async () => {
    const store = open();
    const accounts = accountsOn(store);
    const cause = { id: "request", meta: { hops: 2 } };
    rightOf(await accounts.handle("a", 1, { ...causedBy("x", cause).caused(), headers: { tenant: "t" } }));
    const [event] = await lastValueFrom(eventLog(store, booked).read("account/a").pipe(toArray()));
    expect(event?.meta).toMatchObject({ hops: 3, headers: { tenant: "t" } });
  });
});

describe.each(eachStore)("commands on a message on %s", (_, open) => {
  it("are done once, also where the message is delivered again between two of them", async () => {
    const store = open();
    const accounts = accountsOn(store);
    const transfers = queue(store, { name: "transfers", codec: t.type({ from: t.string, to: t.string }) });
    await transfers.enqueue({ from: "ann", to: "bob" });
    const settled = transfers.messages().pipe(
      handle(async (m) => {
        const { caused } = causedBy("transfer", m);
        const taken = await accounts.handle(m.data.from, -5, caused("take"));
        if (isLeft(taken)) return taken;
        if (m.attempt < 3) throw new Error("killed");
        return await accounts.handle(m.data.to, 5, caused("give"));
      }),
      retryBackoff({ initialMs: 1 }),
      settle(),
      map(({ outcome }) => outcome._tag),
      take(3),
      toArray(),
    );
    expect(await lastValueFrom(settled)).toEqual(["Retry", "Retry", "Ack"]);
    expect(await accounts.state("ann")).toMatchObject({ state: -5, version: 1 });
    expect(await accounts.state("bob")).toMatchObject({ state: 5, version: 1 });
  });
});

describe("a policy on virtual time", () => {
  it("goes on where the process before it was killed", () =>
    simulate(async ({ store, client, crash, dropReply, advance }) => {
      const carts = cartsOn(store);
      await carts.handle("1", addToCart("1", "A"));
      await carts.handle("1", { type: "CompletePurchase", cartId: "1" });
      const { items } = await eventLog(store, cartEvents).feedPage({ types: ["CartPaid"] });
      const [paid] = items.filter((item) => item._tag === "Event");
      dropReply(2);
      const answers: Array<unknown> = [];
      const first = bookingOn(store)(paid!, causedBy("booking", paid!));
      first.subscribe({ error: (error: unknown) => answers.push(error) });
      await advance(10);
      expect(answers).toMatchObject([{ _tag: "StoreUnavailable" }]);
      crash();
      const other = client();
      expect(await bookingOn(other.store)(paid!, causedBy("booking", paid!))).toEqual(right({ done: 3, rejected: [] }));
      expect(await balancesOn(other.store)).toEqual([1, 0, 2]);
    }));
});
