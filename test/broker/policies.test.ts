/** Policies of sourcing as reactions of a broker, on each store. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { filter, firstValueFrom, map, take, tap, timeout, toArray } from "rxjs";
import type { Store } from "sluice";
import { type BrokerEvent, broker, on } from "sluice/broker";
import { eventCodec, eventLog, type Recorded } from "sluice/log";
import { aggregate, policy, type Send, send } from "sluice/sourcing";
import { faultyStore } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { isSluiceError } from "../../src/core/SluiceError.js";
import { mostStores } from "../stores/eachStore.js";

const waitMsMax = 20_000;

const paidEvents = eventCodec(t.type({ type: t.literal("Paid"), cart: t.string, worth: t.number }), { tag: "type" });
type Paid = { readonly type: "Paid"; readonly cart: string; readonly worth: number };

const Booked = t.type({ type: t.literal("Booked"), cart: t.string, worth: t.number });
type Booked = t.TypeOf<typeof Booked>;
const Allowed = t.type({ type: t.literal("Allowed"), worth: t.number });
type Allowed = t.TypeOf<typeof Allowed>;
const bookedEvents = eventCodec(t.union([Booked, Allowed]), { tag: "type" });
type Book = { readonly cart: string; readonly worth: number } | { readonly allow: number };
interface Books {
  readonly max: number;
  readonly carts: ReadonlyArray<string>;
}

const decide =
  (command: Book) =>
  ({ max }: Books): Either<"too much", ReadonlyArray<Booked | Allowed>> => {
    if ("allow" in command) return right([{ type: "Allowed", worth: command.allow }]);
    const { cart, worth } = command;
    return worth > max ? left("too much") : right([{ type: "Booked", cart, worth }]);
  };

const evolve = (books: Books, event: Booked | Allowed): Books =>
  event.type === "Allowed" ? { ...books, max: event.worth } : { ...books, carts: [...books.carts, event.cart] };

const initial: Books = { max: 100, carts: [] };
const decider = { initial, decide, evolve };

/** Takes what is worth 100 at most, until more is allowed; books whatever it is told, also twice. */
const booksOn = (store: Store, options: { readonly commandIdTtlMs?: number } = {}) =>
  aggregate(store, { ...options, category: "books", codec: bookedEvents, decider });

const pay = (store: Store, cart: string, worth = 1) =>
  eventLog(store, paidEvents).append(`cart/${cart}`, [{ type: "Paid", cart, worth }]);

const atOnce = { backoff: { initialMs: 0 } } as const;

describe.each(mostStores())("a policy as a reaction, on %s", (_name, open) => {
  it("that throws twice, then succeeds: three attempts, one effect", async () => {
    const store = open();
    const books = booksOn(store);
    let asked = 0;
    const book = on(paidEvents, "Paid").do(
      policy(({ event }) => {
        asked += 1;
        if (asked < 3) throw new Error("not now");
        return [send(books, "all", event)];
      }),
      { name: "book", backoff: { initialMs: 5 } },
    );
    const shop = broker(store, { name: "shop", reactions: [book] });
    const told = firstValueFrom(
      shop.run().pipe(
        map(({ _tag, attempt }) => [_tag, attempt]),
        take(3),
        toArray(),
        timeout(waitMsMax),
      ),
    );
    await pay(store, "a");
    expect(await told).toEqual([
      ["Retrying", 1],
      ["Retrying", 2],
      ["Acked", 3],
    ]);
    expect(asked).toBe(3);
    expect(await books.state("all")).toMatchObject({ version: 1, state: { carts: ["a"] } });
    expect(await shop.runUntilIdle()).toMatchObject({ delivered: 0 });
  });

  it("is parked where it is refused, with its followers held, while other keys go on; and is freed by retry or skip", async () => {
    const store = open();
    const books = booksOn(store);
    const book = on(paidEvents, "Paid")
      .do(
        policy(({ event }) => [send(books, event.cart.slice(0, 1), event)]),
        { name: "book", attemptsMax: 2, ...atOnce },
      )
      .to(({ event }) => event.cart.slice(0, 1));
    const shop = broker(store, { name: "shop", reactions: [book] });
    const cartsOf = async (id: string) => (await books.state(id)).state.carts;
    for (const [cart, worth] of [["a1"], ["a2", 500], ["b1", 700], ["a3"], ["c1"], ["b2"], ["c2"]] as const)
      await pay(store, cart, worth);

    expect(await shop.runUntilIdle()).toMatchObject({ fetched: 7, delivered: 7, acked: 3, blocked: 2 });
    expect([await cartsOf("a"), await cartsOf("b"), await cartsOf("c")]).toEqual([["a1"], [], ["c1", "c2"]]);
    // Those two may have been blocked in any order.
    const parked = [...(await shop.blockedStreams()).items].sort((one, other) => (one.stream < other.stream ? -1 : 1));
    expect(parked.map(({ stream, recorded, reactions }) => [stream, recorded.stream, reactions])).toEqual([
      ["a", "cart/a2", ["book"]],
      ["b", "cart/b1", ["book"]],
    ]);
    expect(parked[0]?.cause).toContain('"books" "a" refused command 1 of 1: too much');

    // Freed too early, it is parked again, and nothing behind it has passed.
    expect(await shop.unblock("a")).toBe(1);
    expect(await shop.runUntilIdle()).toMatchObject({ fetched: 0, delivered: 2, acked: 0, blocked: 1 });
    await books.handle("a", { allow: 1_000 });
    expect(await shop.unblock({ prefix: "a" })).toBe(1);
    expect(await shop.skip("b")).toBe(1);
    expect(await shop.runUntilIdle()).toMatchObject({ fetched: 0, delivered: 3, acked: 3, blocked: 0 });
    expect([await cartsOf("a"), await cartsOf("b")]).toEqual([["a1", "a2", "a3"], ["b2"]]);
    expect((await shop.blockedStreams()).items).toEqual([]);
  });

  it.each(["between two commands", "before the ack"])(
    "does nothing twice where its process dies %s",
    { timeout: 30_000 },
    async (when) => {
      const store = open();
      const { store: view, faults } = faultyStore(store);
      const leaseMs = 300;
      const define = (own: Store, second: (sent: Send<"too much">) => Send<"too much">) => {
        const books = booksOn(own);
        const book = on(paidEvents, "Paid").do(
          policy(({ event }) => [
            send(books, "one", event),
            second(send(books, "two", event)),
            send(books, "one", event),
          ]),
          { name: "book" },
        );
        return broker(own, { name: "shop", reactions: [book], leaseMs });
      };
      let crashed = false;
      const crash = (): void => {
        crashed = true;
        faults.crash();
      };
      const dying = define(view, (sent) => {
        if (when === "before the ack") return sent;
        return {
          ...sent,
          run: (context) => {
            crash();
            return sent.run(context);
          },
        };
      });
      const running = dying.run().subscribe();
      const books = booksOn(store);
      const carts = async () => [(await books.state("one")).state.carts, (await books.state("two")).state.carts];
      if (when === "before the ack") {
        // Of what is stored the last of three commands is seen before the process is told of it.
        const last = firstValueFrom(
          eventLog(store, bookedEvents)
            .feed()
            .pipe(
              filter((item) => item._tag === "Event"),
              take(3),
              toArray(),
              tap(crash),
              timeout(waitMsMax),
            ),
        );
        await pay(store, "a");
        await last;
      } else {
        await pay(store, "a");
        await expect.poll(() => crashed, { timeout: waitMsMax }).toBe(true);
        expect(await carts()).toEqual([["a"], []]);
      }
      running.unsubscribe();

      const next = define(store, (sent) => sent);
      if (when === "between two commands") {
        const again = await firstValueFrom(next.run().pipe(timeout(waitMsMax)));
        expect([again._tag, again.attempt]).toEqual(["Acked", 2]);
      } else {
        // Where its ack was faster than its death, the event comes again all the same: by a replay.
        await next.reset("cart/a");
        await firstValueFrom(next.run().pipe(timeout(waitMsMax)));
      }
      expect(await carts()).toEqual([["a", "a"], ["a"]]);
    },
  );

  it("that feeds itself ends: one hop too many blocks it, with nothing sent", async () => {
    const store = open();
    const books = booksOn(store);
    const echo = on(bookedEvents, "Booked")
      .do(
        policy(({ event: { cart, worth } }) => [send(books, "all", { cart, worth })], { hopsMax: 3 }),
        { name: "echo", attemptsMax: 2, ...atOnce },
      )
      .to("echo");
    const shop = broker(store, { name: "shop", reactions: [echo] });
    const ends: Array<BrokerEvent<unknown>> = [];
    const listening = shop.events$.subscribe((event) => ends.push(event));
    await books.handle("all", { cart: "a", worth: 1 });
    await shop.runUntilIdle();
    listening.unsubscribe();

    // The first by a person, and one for each hop from 1 to 4; on the last one nothing is sent.
    expect((await books.state("all")).version).toBe(5);
    const [blocked] = (await shop.blockedStreams()).items;
    expect([blocked?.stream, blocked?.recorded.version]).toEqual(["echo", 5]);
    const told = ends.find(({ _tag }) => _tag === "Blocked");
    const cause = told?._tag === "Blocked" ? told.cause : undefined;
    expect(isSluiceError(cause) && cause._tag).toBe("TooManyHops");
  });

  it("has commands of its own: two in one broker, and one name in two brokers", async () => {
    const store = open();
    const books = booksOn(store);
    const bookInto = (name: string) =>
      on(paidEvents, "Paid").do(
        policy(({ event }: Recorded<Paid>) => [send(books, "all", event)]),
        { name },
      );
    const shop = broker(store, { name: "shop", reactions: [bookInto("first"), bookInto("second")] });
    const other = broker(store, { name: "other", reactions: [bookInto("first")] });
    await pay(store, "a");
    expect(await shop.runUntilIdle()).toMatchObject({ fetched: 1, delivered: 1, acked: 1, blocked: 0 });
    expect(await other.runUntilIdle()).toMatchObject({ fetched: 1, delivered: 1, acked: 1, blocked: 0 });
    expect((await books.state("all")).state.carts).toEqual(["a", "a", "a"]);

    // Each knows its own: however often the event comes, there is nothing more to do.
    for (const one of [shop, other]) {
      await one.reset("cart/a");
      expect(await one.runUntilIdle()).toMatchObject({ delivered: 1, acked: 1 });
    }
    expect((await books.state("all")).state.carts).toEqual(["a", "a", "a"]);
  });

  it("hands correlation and causation on, and counts hops", async () => {
    const store = open();
    const books = booksOn(store);
    const book = on(paidEvents, "Paid").do(
      policy(({ event }) => [send(books, "all", event)]),
      { name: "book" },
    );
    const meta = { correlationId: "request-7", actor: "ann" };
    await eventLog(store, paidEvents).append("cart/a", [{ type: "Paid", cart: "a", worth: 1 }], { meta });
    await broker(store, { name: "shop", reactions: [book] }).runUntilIdle();
    const paid = await firstValueFrom(eventLog(store, paidEvents).read("cart/a"));
    const booked = await firstValueFrom(eventLog(store, bookedEvents).read("books/all"));
    expect(booked.meta).toMatchObject({ correlationId: "request-7", causationId: paid.id, hops: 1 });
    expect(booked.meta.actor).toBeUndefined();
  });

  it("acts again where its event comes after command ids are forgotten", async () => {
    const store = open();
    const books = booksOn(store, { commandIdTtlMs: 1_000 });
    const book = on(paidEvents, "Paid").do(
      policy(({ event }) => [send(books, "all", event)]),
      { name: "book" },
    );
    const shop = broker(store, { name: "shop", reactions: [book] });
    await pay(store, "a");
    await shop.runUntilIdle();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await shop.reset("cart/a");
    await shop.runUntilIdle();
    // What the guide warns of.
    expect((await books.state("all")).state.carts).toEqual(["a", "a"]);
  });
});
