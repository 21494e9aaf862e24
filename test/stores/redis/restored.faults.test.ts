/**
 * A Redis server that is restored from an older file and written to, under an application that runs on: everything that holds a position,
 * a version or a state of what is lost is told, and nothing goes on with it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as t from "io-ts";
import { Redis } from "ioredis";
import type { Observable } from "rxjs";
import { eventLog } from "sluice/log";
import { redisStore } from "sluice/redis";
import { projection } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { expect, it } from "vitest";
import { atEnd } from "../../support/atEnd.js";
import { addToCart, type Cart } from "../../support/cart.js";
import { startRedisServer } from "../../support/redisServer.js";
import { eventually } from "../projections/scene.js";
import { errorOf } from "../restorable.js";
import { cartEvents, cartsOn, listening, rightOf } from "../sourcing/scene.js";

const skus = ({ state }: { readonly state: Cart }): string => Object.keys(state.items).join("");

const countOn = (store: Store) =>
  projection(store, {
    name: "added",
    version: 1,
    codec: cartEvents,
    initial: "",
    state: t.string,
    evolve: { ItemAdded: (all, { event }) => all + event.sku },
  });

/** How an Observable ended, and what it told. */
const listenTo = <T>(source$: Observable<T>) => {
  const heard: { readonly told: Array<T>; error?: unknown } = { told: [] };
  const subscription = source$.subscribe({
    next: (one) => heard.told.push(one),
    error: (error: unknown) => {
      heard.error = error;
    },
  });
  atEnd(() => Promise.resolve(subscription.unsubscribe()));
  return heard;
};

const save = async (url: string): Promise<void> => {
  const admin = new Redis(url);
  try {
    await admin.save();
  } finally {
    admin.disconnect();
  }
};

it("is told to feeds, aggregates and projections that run meanwhile", { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "sluice-restored-"));
  atEnd(() => rm(dir, { recursive: true, force: true }));
  const server = await startRedisServer({ args: ["--dir", dir] });
  atEnd(() => server.stop());
  const store = redisStore(server.url);
  atEnd(() => store.close());
  const log = listening();
  const carts = cartsOn(store, { logger: log.logger });
  const added = countOn(store);
  const feed = listenTo(eventLog(store, cartEvents).feed());
  const run = listenTo(added.run());
  const lag = listenTo(added.lag$);
  const states = listenTo(carts.state$("1"));
  await carts.handle("1", addToCart("1", "A"));
  await added.waitFor("end");
  await save(server.url);
  for (const sku of ["B", "C"]) await carts.handle("1", addToCart("1", sku));
  const { position, version } = rightOf(await carts.handle("1", addToCart("1", "D")));
  expect((await added.waitFor(position)).state).toBe("ABCD");
  await eventually(() => expect(states.told.at(-1)?.version).toBe(version));
  await eventually(() => expect(lag.told.at(-1)?.position).toBe(position));
  await server.kill9();

  // The same file on another server, where others write before ours is back: as many events, and other ones.
  const meanwhile = await startRedisServer({ args: ["--dir", dir] });
  const others = redisStore(meanwhile.url);
  try {
    for (const sku of ["X", "Y", "Z"]) await cartsOn(others).handle("1", addToCart("1", sku));
    await save(meanwhile.url);
  } finally {
    await others.close();
    await meanwhile.stop();
  }
  await server.restart();

  for (const [name, one] of Object.entries({ feed, run, lag, states }))
    await eventually(() => expect([name, one.error]).toMatchObject([name, { _tag: "LogWentBack" }]));
  expect(feed.told.flatMap((item) => (item._tag === "Event" ? [item.version] : []))).toEqual([1, 2, 3, 4]);
  expect(states.told.map(skus).at(-1)).toBe("ABCD");
  // Held versions and positions of what is lost.
  const pinned = () => carts.handle("1", addToCart("1", "E"), { expected: { version } });
  expect(await errorOf(pinned())).toMatchObject({ _tag: "VersionConflict", actual: version });
  expect(log.of("WentBack")).toMatchObject([{ id: "1", version }]);
  expect(await errorOf(eventLog(store, cartEvents).feedPage({ after: position! }))).toMatchObject({
    _tag: "LogWentBack",
  });
  // What the pool knew refuses nothing: "B" is no more in the cart.
  expect(skus(rightOf(await carts.handle("1", addToCart("1", "B"))))).toBe("AXYZB");
  // The stored state went back together with the log, so it goes on from there.
  expect((await added.get()).state).toBe("A");
  const again = listenTo(added.run());
  expect((await added.waitFor("end")).state).toBe("AXYZB");
  expect(await errorOf(added.waitFor(position))).toMatchObject({ _tag: "LogWentBack" });
  expect(again.error).toBeUndefined();
});
