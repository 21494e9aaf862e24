/** Commands on each store: what is decided, stored, told and refused. */
import { inspect } from "node:util";
import { type Left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { lastValueFrom, take, toArray } from "rxjs";
import { atomically, isSluiceError, queue } from "sluice";
import { eventCodec, eventLog } from "sluice/log";
import { aggregate } from "sluice/sourcing";
import { describe, expect, it, vi } from "vitest";
import { addToCart, cart } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, errorOf, leftOf, listening, processOn, rightOf, routesOn } from "./scene.js";

describe.each(eachStore)("commands on %s", (_, open) => {
  it("are decided, stored, and answered with the events and the state behind them", async () => {
    const store = open();
    const carts = cartsOn(store);
    const added = rightOf(await carts.handle("1", addToCart("1", "A", 7)));
    const item = { type: "ItemAdded", cartId: "1", sku: "A", qty: 1, price: 7 };
    expect(added).toMatchObject({ id: "1", version: 1, duplicate: false, state: { items: { A: 7 }, paid: false } });
    const [stored] = await lastValueFrom(eventLog(store, cartEvents).read("cart/1").pipe(toArray()));
    expect(stored).toMatchObject({ type: "ItemAdded", event: item, version: 1 });
    const { _tag, appendedAtMs, ...decided } = { ...stored! };
    expect([_tag, appendedAtMs > 0, added.events.map((event) => ({ ...event }))]).toEqual(["Event", true, [decided]]);
    expect(added.position).toBe(stored?.position);
    expect(await carts.state("1")).toEqual({ id: "1", version: 1, state: { items: { A: 7 }, paid: false } });
  });

  it("of several events have dense versions, in order, each with its position", async () => {
    const store = open();
    const routes = routesOn(store);
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    const assigned = rightOf(await routes.handle("r", { do: "AssignPackages", count: 4 }));
    const stored = await lastValueFrom(eventLog(store, routes.definition.codec).read("route/r").pipe(toArray()));
    expect(stored.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
    expect(assigned.version).toBe(5);
    const keys = ({ id, version, position, event }: (typeof assigned.events)[number]) => ({
      id,
      version,
      position,
      event,
    });
    expect(assigned.events.map(keys)).toEqual(stored.slice(1).map(keys));
    expect(assigned.position).toBe(stored[4]?.position);
  });

  it("that are refused change nothing, store nothing and tell subscribers nothing", async () => {
    const routes = routesOn(open());
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    await routes.handle("r", { do: "AssignPackages", count: 2 });
    const seen: Array<number> = [];
    const watching = routes.state$("r").subscribe(({ version }) => seen.push(version));
    const refused = await routes.handle("r", { do: "CreateRoute", driver: "x" });
    expect(leftOf(refused)).toEqual({ _tag: "Route already created!" });
    expect(await routes.state("r")).toMatchObject({ version: 3, state: { driver: "d" } });
    rightOf(await routes.handle("r", { do: "AssignPackages", count: 2 }));
    await expect.poll(() => seen).toEqual([3, 4, 5]);
    watching.unsubscribe();
  });

  it("without events succeed, and store nothing", async () => {
    const store = open();
    const silent = aggregate(store, {
      category: "silent",
      codec: cartEvents,
      decider: { ...cart, decide: (_command: string) => () => right([]) },
      genesis: () => [{ type: "CartPaid" as const, cartId: "g", total: 0 }],
    });
    expect(rightOf(await silent.handle("1", "x", { commandId: "k" }))).toEqual({
      id: "1",
      state: cart.initial,
      version: 0,
      events: [],
      position: undefined,
      duplicate: false,
    });
    expect(await eventLog(store, cartEvents).head("silent/1")).toMatchObject({ version: 0 });
  });

  it("of three aggregates with one event each are three events", async () => {
    const store = open();
    const carts = cartsOn(store);
    await Promise.all(["1", "2", "3"].map((id) => carts.handle(id, addToCart(id, "A"))));
    const { items } = await eventLog(store, cartEvents).feedPage();
    expect(items).toHaveLength(3);
    expect(carts.poolStats()).toMatchObject({ size: 3 });
  });

  it("of one aggregate run in order, however many are asked for at once", async () => {
    const routes = routesOn(open());
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => routes.handle("r", { do: "AssignPackages", count: 1 })),
    );
    expect(answers.map((answer) => rightOf(answer).version)).toEqual(
      Array.from({ length: 300 }, (_unused, i) => i + 2),
    );
    expect(routes.poolStats()).toMatchObject({ hits: 300, misses: 1 });
  });

  it("carry where they come from into their events; the command id is the cause, if nothing else is", async () => {
    const carts = cartsOn(open());
    const context = { correlationId: "c", causationId: "e", actor: "ann", headers: { region: "eu" } };
    rightOf(await carts.handle("1", addToCart("1", "A"), context));
    rightOf(await carts.handle("1", addToCart("1", "B"), { commandId: "k" }));
    rightOf(await carts.handle("1", addToCart("1", "C"), { causationId: "e2", commandId: "l" }));
    const metas = await lastValueFrom(carts.events$("1").pipe(take(3), toArray()));
    expect(metas.map(({ meta }) => ({ ...meta }))).toEqual([
      context,
      { correlationId: "k", causationId: "k" },
      { correlationId: "e2", causationId: "e2" },
    ]);
  });

  it("that panic fail alone, and the aggregate goes on from what is stored", async () => {
    const { logger, of } = listening();
    const panics = aggregate(open(), {
      category: "panic",
      codec: cartEvents,
      logger,
      decider: {
        initial: { n: 0 },
        decide: (command: "add" | "panic" | "spoil" | "odd" | "spoil evolve") => (state: { n: number }) => {
          if (command === "spoil") state.n = 99;
          if (command === "odd") return "no Either" as never;
          if (command === "panic" || command === "spoil") throw new Error("panic");
          return right([{ type: "CartPaid" as const, cartId: "", total: command === "add" ? 1 : -1 }]);
        },
        evolve: (state, event) => {
          if (event.type === "CartPaid" && event.total < 0) throw new Error("cannot evolve");
          return { n: state.n + 1 };
        },
      },
    });
    const answers: Array<unknown> = [];
    for (const command of ["add", "panic", "add", "spoil", "add", "odd", "spoil evolve", "add"] as const)
      panics.handle("1", command).subscribe({
        next: (answer) => answers.push(rightOf(answer).state.n),
        error: (error: unknown) => answers.push(isSluiceError(error) ? error._tag : error),
      });
    await expect
      .poll(() => answers)
      .toEqual([1, "DeciderThrew", 2, "DeciderThrew", 3, "DeciderThrew", "DeciderThrew", 4]);
    expect(of("DeciderThrew").map(({ severity }) => severity)).toEqual(["error", "error", "error", "error"]);
    expect(await panics.state("1")).toMatchObject({ version: 4, state: { n: 4 } });
  });

  it("that are decided by a promise are refused with what to do, and its failure ends no process", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const late = aggregate(open(), {
      category: "late",
      codec: cartEvents,
      decider: {
        initial: 0,
        // Of a user without types.
        decide: (_command: string) => () => Promise.reject(new Error("later")) as unknown as Left<string>,
        evolve: (state) => state,
      },
    });
    const refused = await errorOf(late.handle("1", "x"));
    await new Promise(setImmediate);
    process.off("unhandledRejection", unhandled);
    expect(refused).toMatchObject({ _tag: "DeciderThrew" });
    expect(String(refused)).toContain("answered a promise");
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("that throw once they have changed their state are decided again upon what is stored", async () => {
    let throws = true;
    const spoils = aggregate(open(), {
      category: "spoil",
      codec: cartEvents,
      decider: {
        initial: { n: 0 },
        decide: (_command: string) => (state: { n: number }) => {
          state.n += throws ? 99 : 0;
          if (!throws) return right([{ type: "CartPaid" as const, cartId: "", total: state.n }]);
          throws = false;
          throw new Error("spoilt");
        },
        evolve: (state) => ({ n: state.n + 1 }),
      },
    });
    throws = false;
    await spoils.handle("1", "x");
    throws = true;
    const decided = rightOf(await spoils.handle("1", "x"));
    expect([decided.events.map(({ event }) => event), decided.state]).toEqual([
      [{ type: "CartPaid", cartId: "", total: 1 }],
      { n: 2 },
    ]);
  });

  it("commit what follows with their events, or neither", async () => {
    const store = open();
    const carts = cartsOn(store);
    const mails = queue(store, { name: "mails", codec: t.string });
    rightOf(
      await carts.handle("1", addToCart("1", "A"), {
        followUp: ({ id, version, events, state }) => [
          mails.enqueue(`${id} ${version} ${events.length} ${Object.keys(state.items).join()}`),
        ],
      }),
    );
    expect((await mails.receive({ max: 9 })).map(({ data }) => data)).toEqual(["1 1 1 A"]);
    const tooLong = { followUp: () => [mails.enqueue("x".repeat(2_000_000))] };
    expect(await errorOf(carts.handle("1", addToCart("1", "B"), tooLong))).toMatchObject({ _tag: "PayloadTooLarge" });
    const throwing = {
      followUp: () => {
        throw new Error("odd");
      },
    };
    expect(await errorOf(carts.handle("1", addToCart("1", "B"), throwing))).toMatchObject({
      _tag: "EncodeRefused",
      report: ["followUp: odd"],
    });
    leftOf(await carts.handle("1", addToCart("1", "A"), { followUp: () => [mails.enqueue("never")] }));
    expect(await carts.state("1")).toMatchObject({ version: 1 });
    expect((await mails.stats()).ready).toBe(0);
  });

  it("are decided for others to store, and what is decided twice refuses the second", async () => {
    const store = open();
    const carts = cartsOn(store);
    const mails = queue(store, { name: "mails", codec: t.string });
    const first = rightOf(await carts.decide("1", addToCart("1", "A")));
    const second = rightOf(await carts.decide("1", addToCart("1", "B")));
    expect(await carts.state("1")).toMatchObject({ version: 0 });
    const [, decided] = await atomically([mails.enqueue("x"), first]);
    expect(decided).toMatchObject({ version: 1, state: { items: { A: 10 } } });
    expect(await errorOf(atomically([mails.enqueue("y"), second]))).toMatchObject({
      _tag: "VersionConflict",
      actual: 1,
    });
    expect((await mails.stats()).ready).toBe(1);
    const again = rightOf(await carts.decide("1", addToCart("1", "B")));
    expect((await again).version).toBe(2);
    expect(leftOf(await carts.decide("1", addToCart("1", "B")))).toBe("Product already in cart!");
  });

  it("that are decided for others upon a state that is out of date may be decided again", async () => {
    const store = open();
    const carts = cartsOn(store);
    await carts.handle("1", addToCart("1", "A"));
    await cartsOn(processOn(store).store).handle("1", addToCart("1", "B"));
    const stale = rightOf(await carts.decide("1", addToCart("1", "C")));
    expect(await errorOf(stale)).toMatchObject({ _tag: "VersionConflict", actual: 2 });
    expect(await rightOf(await carts.decide("1", addToCart("1", "C")))).toMatchObject({ version: 3 });
  });

  it("that are decided for others twice, in one write, are refused before anything is sent", async () => {
    const carts = cartsOn(open());
    const writes = [
      rightOf(await carts.decide("1", addToCart("1", "A"))),
      rightOf(await carts.decide("1", addToCart("1", "B"))),
    ];
    expect(await errorOf(atomically(writes))).toMatchObject({ _tag: "InvalidConfig" });
  });

  it("with options out of their range are refused, and nothing is stored", async () => {
    const carts = cartsOn(open());
    const handle = (options: object, id = "1") => errorOf(carts.handle(id, addToCart("1", "A"), options));
    for (const options of [
      { expected: "any" },
      { expected: "sometimes" },
      { expected: { version: -1 } },
      { attemptsMax: 0 },
      { commandId: 5 },
      { commandId: "é".repeat(101) },
      { actor: 5 },
      { headers: { a: 5 } },
    ])
      expect([options, await handle(options)]).toMatchObject([options, { _tag: "InvalidConfig" }]);
    expect(await handle({}, "")).toMatchObject({ _tag: "InvalidConfig", option: "id" });
    expect(await handle({}, "x".repeat(300))).toMatchObject({ _tag: "InvalidConfig", option: "id" });
    expect(await carts.state("1")).toMatchObject({ version: 0 });
  });

  it("of events that the codec refuses store nothing", async () => {
    const odd = aggregate(open(), {
      category: "odd",
      codec: cartEvents,
      decider: {
        ...cart,
        decide: () => () => right([{ type: "CartPaid" as const, cartId: "", total: "much" as unknown as number }]),
      },
    });
    expect(await errorOf(odd.handle("1", undefined))).toMatchObject({ _tag: "EncodeRefused" });
    expect(await odd.state("1")).toMatchObject({ version: 0 });
  });

  it("are not run again by those who await the same Effect, and anew by each who subscribes", async () => {
    const routes = routesOn(open());
    await routes.handle("r", { do: "CreateRoute", driver: "d" });
    const assign = routes.handle("r", { do: "AssignPackages", count: 1 });
    expect([await assign, await assign].map((answer) => rightOf(answer).version)).toEqual([2, 2]);
    expect(rightOf(await lastValueFrom(assign)).version).toBe(3);
  });

  it("of personal data are sealed, and read as forgotten once their subject is", async () => {
    const store = open();
    const joined = t.type({ type: t.literal("Joined"), member: t.string, email: t.string });
    const definition = {
      category: "member",
      codec: eventCodec(joined, {
        tag: "type",
        personal: { Joined: { subject: ({ member }) => member, forgotten: { email: "forgotten" } } },
      }),
      decider: {
        initial: "",
        decide: (email: string) => () => right([{ type: "Joined" as const, member: "m", email }]),
        evolve: (state: string, event: t.TypeOf<typeof joined>) => `${state} ${event.email}`,
      },
    };
    const processes = Array.from({ length: 3 }, () => aggregate(processOn(store).store, definition));
    // Each has a key of its own at first: one is taken, the others seal by that.
    const answers = await Promise.all(
      processes.map((members, i) => members.handle(`${i}`, `${i}@x`, { commandId: "k" })),
    );
    expect(answers.map((answer) => rightOf(answer).state)).toEqual([" 0@x", " 1@x", " 2@x"]);
    const fresh = aggregate(processOn(store).store, definition);
    expect((await fresh.state("1")).state).toBe(" 1@x");
    await eventLog(store, definition.codec).forget("m");
    const later = aggregate(processOn(store).store, definition);
    expect((await later.state("1")).state).toBe(" forgotten");
    expect(rightOf(await later.handle("1", "again@x")).state).toBe(" forgotten again@x");
  });

  it("show no data in logs", async () => {
    const carts = cartsOn(open());
    await carts.handle("1", addToCart("1", "secret"));
    const entity = await carts.get("1");
    const { events } = rightOf(await entity.handle(addToCart("1", "secret-2")));
    for (const thing of [carts, entity, events[0]])
      expect([inspect(thing), JSON.stringify(thing)].join()).not.toContain("secret");
    expect(inspect(entity)).toBe("Entity { id: '1' }");
  });
});
