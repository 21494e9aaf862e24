/** Policies on each store: commands upon events, each once however often its event comes. */
import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import {
  concat,
  concatMap,
  filter,
  firstValueFrom,
  from,
  ignoreElements,
  lastValueFrom,
  map,
  Subject,
  take,
  takeWhile,
  tap,
  toArray,
} from "rxjs";
import { eventLog, eventType, type Recorded } from "sluice/log";
import {
  aggregate,
  type Causing,
  type CommandContext,
  causedBy,
  type PolicyOptions,
  policy,
  type Send,
  send,
} from "sluice/sourcing";
import { fromOne, type Store } from "sluice/store";
import { testRecorded } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { addToCart, type CartEvent } from "../../support/cart.js";
import type { RouteCommand } from "../../support/route.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, errorOf, leftOf, processOn, rightOf, routeEvents, routesOn } from "./scene.js";

const pay = (cartId: string) => ({ type: "CompletePurchase", cartId }) as const;

/** What is sent when a cart is paid: to the route of the same id. */
const deliveryOn = (store: Store, commands: ReadonlyArray<RouteCommand>, options: PolicyOptions = {}) => {
  const routes = routesOn(store);
  const delivery = policy(
    ({ event }: Recorded<CartEvent>) =>
      event.type === "CartPaid" ? commands.map((command) => send(routes, event.cartId, command)) : [],
    options,
  );
  return { routes, delivery };
};

const create: RouteCommand = { do: "CreateRoute", driver: "d" };
const assign = (count: number): RouteCommand => ({ do: "AssignPackages", count });

/** A cart that was paid, by a request of this correlation, and the event that says so. */
const paidOn = async (store: Store, cartId: string): Promise<Recorded<CartEvent>> => {
  const carts = cartsOn(store);
  await carts.handle(cartId, addToCart(cartId, "A"));
  rightOf(await carts.handle(cartId, pay(cartId), { correlationId: `request of ${cartId}`, actor: "ann" }));
  return lastValueFrom(carts.events$(cartId).pipe(take(2)));
};

const routeOf = (store: Store, id: string) =>
  lastValueFrom(eventLog(store, routeEvents).read(`route/${id}`).pipe(toArray()));

describe.each(eachStore)("a policy on %s", (name, open) => {
  it("sends its commands in order, each once however often the event comes, and to whichever process", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    // Without its id the first would be refused the second time.
    const commands = [create, assign(2), { do: "Deliver", packageId: "p1", atMs: 5 }] as const;
    for (const process of [store, store, processOn(store).store]) {
      const { delivery } = deliveryOn(process, commands);
      expect(await delivery(paid, causedBy("deliver", paid))).toEqual(right({ done: 3, rejected: [] }));
    }
    expect((await routeOf(store, "1")).map(({ type }) => type)).toEqual([
      "RouteCreated",
      "PackageAssigned",
      "PackageAssigned",
      "PackageDelivered",
    ]);
  });

  it("sends each once also where the event comes to many at the same time", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => {
        const { delivery } = deliveryOn(processOn(store).store, [create, assign(2), assign(1)]);
        return delivery(paid, causedBy("deliver", paid));
      }),
    );
    expect(answers).toEqual(answers.map(() => right({ done: 3, rejected: [] })));
    expect(await routeOf(store, "1")).toHaveLength(4);
  });

  it("goes on behind the commands that were done when its process died between two of them", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    const { store: first, faults } = processOn(store);
    const { delivery: dying } = deliveryOn(first, [create, assign(2), assign(3)]);
    const answers: Array<unknown> = [];
    const unfinished = policy((recorded: Recorded<CartEvent>) =>
      dying.react(recorded).map((one, i) => ({
        ...one,
        run: (context: CommandContext) => {
          if (i === 2) faults.crash();
          return one.run(context);
        },
      })),
    )(paid, causedBy("deliver", paid)).subscribe((answer) => answers.push(answer));
    await expect.poll(() => routeOf(store, "1").then((events) => events.length)).toBe(3);
    // The first process is dead, so nothing more comes of it.
    const { delivery } = deliveryOn(processOn(store).store, [create, assign(2), assign(3)]);
    expect(await delivery(paid, causedBy("deliver", paid))).toEqual(right({ done: 3, rejected: [] }));
    expect(await routeOf(store, "1")).toHaveLength(6);
    expect(answers).toEqual([]);
    unfinished.unsubscribe();
  });

  it("fails as the command that failed, and is run again: what was done, or was stored without an answer, is not done twice", async () => {
    const { store, faults } = processOn(open());
    const paid = await paidOn(store, "1");
    const { delivery } = deliveryOn(store, [create, assign(2)]);
    const reacting = delivery(paid, causedBy("deliver", paid));
    faults.dropReply();
    expect(await errorOf(firstValueFrom(reacting))).toMatchObject({ _tag: "StoreUnavailable" });
    expect(await firstValueFrom(reacting)).toEqual(right({ done: 2, rejected: [] }));
    expect(await routeOf(store, "1")).toHaveLength(3);
  });

  it("ends at the first command that is refused, and says which it is: those before it are done, those behind it not sent", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    const { delivery } = deliveryOn(store, [create, create, assign(1)]);
    const rejected = {
      _tag: "Rejected",
      rejection: { _tag: "Route already created!" },
      category: "route",
      id: "1",
      place: 1,
      message: '"route" "1" refused command 2 of 3: Route already created!',
    };
    // And so it is when the event comes again.
    for (const _time of [1, 2]) expect(await delivery(paid, causedBy("deliver", paid))).toEqual(left(rejected));
    expect(await routeOf(store, "1")).toHaveLength(1);
  });

  it("decides a command that was refused again when the event comes again", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    const { delivery, routes } = deliveryOn(store, [assign(1)]);
    expect(leftOf(await delivery(paid, causedBy("deliver", paid)))).toMatchObject({ rejection: { _tag: "NoRoute" } });
    await routes.handle("1", create);
    expect(await delivery(paid, causedBy("deliver", paid))).toEqual(right({ done: 1, rejected: [] }));
  });

  it("passes over what is refused where that is as good an end, and tells all of it", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    const { delivery } = deliveryOn(store, [assign(1), create, create, assign(2)], { rejected: "pass" });
    expect(await delivery(paid, causedBy("deliver", paid))).toMatchObject({
      right: {
        done: 2,
        rejected: [
          { _tag: "Rejected", rejection: { _tag: "NoRoute" }, id: "1", place: 0 },
          { _tag: "Rejected", rejection: { _tag: "Route already created!" }, id: "1", place: 2 },
        ],
      },
    });
    expect(await routeOf(store, "1")).toHaveLength(3);
  });

  it("has nothing to do with another that reacts on the same event by the same commands", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    await routesOn(store).handle("1", create);
    const { delivery } = deliveryOn(store, [assign(1), assign(1)]);
    for (const name of ["one", "other", "one", "other"])
      expect(await delivery(paid, causedBy(name, paid))).toEqual(right({ done: 2, rejected: [] }));
    expect(await routeOf(store, "1")).toHaveLength(5);
  });

  it("says where its events come from: the event is their cause, and what that belongs to goes on", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    const { delivery } = deliveryOn(store, [create, assign(1)]);
    await delivery(paid, causedBy("deliver", paid));
    const [created, assigned] = await routeOf(store, "1");
    expect(created?.meta).toEqual({ correlationId: "request of 1", causationId: paid.id, hops: 1 });
    expect(assigned?.meta).toEqual(created?.meta);
    // And on from there.
    const carts = cartsOn(store);
    const next = policy((_recorded: Recorded<unknown>) => [send(carts, "2", addToCart("2", "B"))]);
    await next(created!, causedBy("next", created!));
    const [added] = await lastValueFrom(eventLog(store, cartEvents).read("cart/2").pipe(toArray()));
    expect(added?.meta).toEqual({ correlationId: "request of 1", causationId: created?.id, hops: 2 });
    // An event that belongs to nothing is the first of what follows.
    const alone = testRecorded({ type: "CartPaid", cartId: "3", total: 1 } as const);
    await delivery(alone, causedBy("deliver", alone));
    expect((await routeOf(store, "3"))[0]?.meta).toEqual({ correlationId: alone.id, causationId: alone.id, hops: 1 });
  });

  it("sends nothing where its function throws, or answers no commands, and says so", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    const routes = routesOn(store);
    const failing: ReadonlyArray<() => unknown> = [
      () => {
        throw new Error("no driver");
      },
      () => send(routes, "1", create),
      async () => [send(routes, "1", create)],
    ];
    for (const react of failing) {
      const broken = policy(react as () => ReadonlyArray<Send>);
      expect(await errorOf(broken(paid, causedBy("deliver", paid)))).toMatchObject({ _tag: "PolicyThrew" });
    }
    const { delivery } = deliveryOn(store, [create]);
    const cause = new Error("no context");
    const context: Causing = {
      caused: () => {
        throw cause;
      },
    };
    expect(await errorOf(delivery(paid, context))).toMatchObject({ _tag: "Defect", cause });
    expect(await errorOf(delivery(paid, undefined as unknown as Causing))).toMatchObject({
      _tag: "InvalidConfig",
      option: "context",
    });
    expect(await routeOf(store, "1")).toEqual([]);
  });

  it("that sends other commands for an event than when that came before is told so", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    await deliveryOn(store, [create, assign(1)]).delivery(paid, causedBy("deliver", paid));
    const changed = deliveryOn(store, [create, assign(2)]);
    expect(await errorOf(changed.delivery(paid, causedBy("deliver", paid)))).toMatchObject({ _tag: "CommandIdReused" });
  });

  it("sends any number of commands", async () => {
    const store = open();
    const paid = await paidOn(store, "1");
    // In memory answers come at once, so there each command stands upon the stack of the one before.
    const count = name === "memory" ? 1_500 : 100;
    const { delivery } = deliveryOn(store, [create, ...Array.from({ length: count }, () => assign(0))]);
    expect(await delivery(paid, causedBy("deliver", paid))).toEqual(right({ done: count + 1, rejected: [] }));
  });

  it("sends nothing more once it is taken back", async () => {
    const [first, second] = deliveryOn(open(), [create, assign(1)]).delivery.react(
      testRecorded({ type: "CartPaid", cartId: "1", total: 1 }),
    );
    const slow = new Subject<undefined>();
    const sent: Array<string> = [];
    const told = (name: string, one: Send): Send => ({
      ...one,
      run: (context) => {
        sent.push(name);
        return fromOne(concat(slow.pipe(take(1), ignoreElements()), one.run(context)));
      },
    });
    const both = policy((_recorded: Recorded<unknown>) => [told("first", first!), told("second", second!)]);
    const cause = testRecorded("x");
    const answers: Array<unknown> = [];
    const running = both(cause, causedBy("x", cause)).subscribe((answer) => answers.push(answer));
    running.unsubscribe();
    slow.next(undefined);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([sent, answers]).toEqual([["first"], []]);
  });
});

const pings = eventType("Pinged", t.type({ by: t.string }));

/** Two categories whose policies feed each other without an end. */
const pingPongOn = (store: Store, hopsMax?: number) => {
  const playersOf = (category: string) =>
    aggregate(store, {
      category,
      codec: pings,
      decider: { initial: 0, decide: (by: string) => () => right([{ by }]), evolve: (n) => n + 1 },
    });
  const [ping, pong] = [playersOf("ping"), playersOf("pong")];
  const bounded = { hopsMax };
  return {
    ping,
    toPong: policy((_recorded: Recorded<unknown>) => [send(pong, "1", "pong")], bounded),
    toPing: policy((_recorded: Recorded<unknown>) => [send(ping, "1", "ping")], bounded),
  };
};

/** Runs both policies upon the feed, from the start, until one fails; answers that. */
const playOn = (store: Store, { toPing, toPong }: ReturnType<typeof pingPongOn>): Promise<unknown> =>
  errorOf(
    lastValueFrom(
      eventLog(store, pings)
        .feed()
        .pipe(
          filter((item) => item._tag === "Event"),
          concatMap((recorded) =>
            recorded.stream.startsWith("ping/")
              ? toPong(recorded, causedBy("to pong", recorded))
              : toPing(recorded, causedBy("to ping", recorded)),
          ),
        ),
    ),
  );

describe.each(eachStore)("policies that feed each other on %s", (_, open) => {
  it.each([0, 1, 3])("end at the event that has more than %i reactions behind it", async (hopsMax) => {
    const store = open();
    const game = pingPongOn(store, hopsMax);
    await game.ping.handle("1", "a person");
    const error = await playOn(store, game);
    const events = await firstValueFrom(
      eventLog(store, pings)
        .feed()
        .pipe(
          takeWhile(({ _tag }) => _tag !== "CaughtUp"),
          filter((item) => item._tag === "Event"),
          toArray(),
        ),
    );
    expect(events.map(({ meta }) => meta.hops)).toEqual([
      undefined,
      ...Array.from({ length: hopsMax + 1 }, (_v, i) => i + 1),
    ]);
    expect(error).toMatchObject({ _tag: "TooManyHops", hops: hopsMax + 1, hopsMax, eventId: events.at(-1)?.id });
    // Another feed from the start comes to the same end, and has done nothing twice.
    expect(await playOn(store, pingPongOn(processOn(store).store, hopsMax))).toMatchObject({ _tag: "TooManyHops" });
    expect(await game.ping.state("1")).toMatchObject({ version: Math.ceil((hopsMax + 2) / 2) });
  });

  it("end after a hundred where nothing is said", async () => {
    const store = open();
    const game = pingPongOn(store);
    await game.ping.handle("1", "a person");
    expect(await playOn(store, game)).toMatchObject({ _tag: "TooManyHops", hops: 101, hopsMax: 100 });
  });

  it("are not stopped at an event for which there is nothing to send", async () => {
    const nothing = policy((_recorded: Recorded<unknown>): ReadonlyArray<Send> => [], { hopsMax: 0 });
    const late = testRecorded({ by: "x" }, { meta: { hops: 9 } });
    expect(await nothing(late, causedBy("x", late))).toEqual(right({ done: 0, rejected: [] }));
    const { toPong } = pingPongOn(open(), 8);
    expect(await errorOf(toPong(late, causedBy("x", late)))).toMatchObject({ _tag: "TooManyHops", hops: 9 });
  });
});

describe("a policy", () => {
  it("shows what it would send, and sends nothing for that", async () => {
    const [, open] = eachStore[0]!;
    const store = open();
    const { delivery, routes } = deliveryOn(store, [create, assign(2)]);
    const sends = delivery.react(testRecorded({ type: "CartPaid", cartId: "7", total: 1 }));
    expect(sends.map(({ category, id, command }) => [category, id, command])).toEqual([
      ["route", "7", create],
      ["route", "7", assign(2)],
    ]);
    expect(delivery.react(testRecorded({ type: "ItemRemoved", cartId: "7", sku: "A" }))).toEqual([]);
    expect(await routes.state("7")).toMatchObject({ version: 0 });
    // A log shows whom a command is for, and not the command.
    expect(JSON.parse(JSON.stringify(sends))).toEqual(sends.map(() => ({ category: "route", id: "7" })));
    const sent = from(sends).pipe(
      map((one, i) => ({ one, i })),
      concatMap(({ one, i }) => one.run({ commandId: `by hand ${i}` })),
      tap((answer) => rightOf(answer)),
      toArray(),
    );
    expect(await lastValueFrom(sent)).toHaveLength(2);
  });

  it.each([
    ["rejected", { rejected: "ignore" as "pass" }],
    ["hopsMax", { hopsMax: -1 }],
    ["hopsMax", { hopsMax: 1.5 }],
  ])("refuses a wrong %s", (option, options) => {
    expect(() => policy(() => [], options)).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
  });
});
