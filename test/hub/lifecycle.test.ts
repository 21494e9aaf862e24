/** The way of a dispatch to its result, on each store. */
import * as E from "fp-ts/lib/Either.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import { of, throwError } from "rxjs";
import { Complete, type Destination, defineRoutes, type Handler, hub, nonRetryable } from "sluice/hub";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { again, all, completes, errorsOf, fails, failsTimes, hubOn, ignores, tell, told } from "./scene.js";

describe.each(mostStores())("a hub on %s", (_, open) => {
  it("stores an event, dispatches it, and keeps what became of it", async () => {
    const store = open();
    const seen: Array<unknown> = [];
    const shop = hubOn(store, async (event, { dispatchId, attempt }) => {
      seen.push([event.id, event.payload, dispatchId, attempt]);
      return Complete;
    });
    const ids = await shop.emit([{ n: 1 }, { n: 2 }]);
    expect(await shop.counts()).toEqual({
      A: { ongoing: 2, complete: 0, ignored: 0, failed: 0, misconfigured: 0, lost: 0 },
    });
    const before = await all(shop);
    for (const { settings, createdAtMs, dueAtMs, resultedAtMs, executionCount, retryOf } of before) {
      expect(settings).toEqual({ delaySeconds: 0, maxRetries: 5, retryDelay: { type: "constant", interval: 0 } });
      expect([dueAtMs, resultedAtMs, executionCount, retryOf]).toEqual([createdAtMs, undefined, 0, undefined]);
    }
    const run = collect(shop.run());
    await run.until(2);
    const dispatches = await all(shop);
    expect(dispatches.map(tell)).toEqual(["complete, 1 of 1: complete", "complete, 1 of 1: complete"]);
    expect(seen).toHaveLength(2);
    expect(seen).toEqual(
      expect.arrayContaining(dispatches.map(({ id, eventId }, i) => [eventId, { n: i + 1 }, id, 1])),
    );
    expect(dispatches.map(({ eventId }) => eventId)).toEqual(ids);
    expect(dispatches.map(({ dueAtMs }) => dueAtMs)).toEqual([undefined, undefined]);
    expect(await shop.getEvent(ids[0]!)).toMatchObject({ id: ids[0], payload: { n: 1 } });
    expect((await shop.counts()).A).toMatchObject({ ongoing: 0, complete: 2 });
    expect((await store.stats("sluice.hub/A/h")).acked).toBe(2);
    expect(run.seen.map(({ dispatch }) => dispatch)).toEqual(
      expect.arrayContaining(dispatches.map((one) => ({ ...one }))),
    );
  });

  it.each([
    [2, fails, "failed, 3 of 3: failed, failed, failed"],
    [0, fails, "failed, 1 of 1: failed"],
    [3, failsTimes(3), "complete, 4 of 4: failed, failed, failed, complete"],
    [3, ignores, "ignored, 1 of 1: ignored"],
  ])(
    "with %i retries and a handler %# it ends as it should, and a later delivery runs nothing",
    async (maxRetries, handler, end) => {
      const store = open();
      let calls = 0;
      const counted: Handler<unknown> = (event, context) => {
        calls += 1;
        return handler(event, context);
      };
      const shop = hubOn(store, counted, { maxRetries });
      await shop.emit(["x"]);
      const run = collect(shop.run());
      const executions = Number(/of (\d)/.exec(end)?.[1]);
      await run.until(executions);
      const [dispatch] = await all(shop);
      expect(tell(dispatch!)).toBe(end);
      expect(dispatch!.resultedAtMs).toBeGreaterThanOrEqual(dispatch!.createdAtMs);
      await again(store, dispatch!);
      await expect.poll(async () => (await store.stats("sluice.hub/A/h")).acked, { interval: 5 }).toBe(2);
      expect([calls, run.seen.length]).toEqual([executions, executions]);
      expect(await all(shop)).toEqual([dispatch]);
    },
  );

  it("takes what a handler throws, rejects, answers on the left or answers instead of a result as a failure, each as one line", async () => {
    const store = open();
    const secret = "4111 1111";
    const handlers: Readonly<Record<string, Destination<unknown>>> = {
      throws: () => {
        throw new Error("sync\nlines");
      },
      rejects: () => Promise.reject(new Error("a".repeat(9_999))),
      left: () => TE.left("busy"),
      leftLater: () => of(E.left(new Error("left"))),
      errors: () => throwError(() => new TypeError("in rxjs")),
      empty: () => of(),
      // What the types refuse, JavaScript does.
      other: (async () => "done") as unknown as Handler<unknown>,
      nothing: (() => undefined) as unknown as Handler<unknown>,
      outcome: (async () => ({ _tag: "Ack" })) as unknown as Handler<unknown>,
      never: () => {
        throw nonRetryable(new Error("for good"));
      },
    };
    const names = Object.keys(handlers);
    const routes = defineRoutes({
      defaultMaxRetries: 0,
      routes: names.map((name) => ({ condition: { allOf: [] }, destination: name })),
    });
    const shop = hub<string>(store, { name: "h", routes, destinations: handlers });
    await shop.emit([{ secret }]);
    await collect(shop.run()).until(names.length);
    const dispatches = await all(shop);
    expect(dispatches.map(({ destination }) => destination)).toEqual(names);
    for (const dispatch of dispatches) expect(tell(dispatch)).toBe("failed, 1 of 1: failed");
    const errors = Object.fromEntries(
      dispatches.map(({ destination, executions }) => [destination, errorsOf(executions)[0] ?? ""]),
    );
    expect(errors).toMatchObject({
      throws: "Error: sync lines",
      left: "busy",
      leftLater: "Error: left",
      errors: "TypeError: in rxjs",
      empty: "Error: The work completed without a value.",
      other: "TypeError: The handler answered neither Complete nor Ignored.",
      never: "Error: for good",
    });
    for (const error of Object.values(errors)) {
      expect(error.length).toBeLessThanOrEqual(256);
      expect(error).not.toContain(secret);
      expect(error).not.toContain("\n");
    }
  });

  it("counts what fails with an error that looks like one of the library and says nonsense", async () => {
    const tagged = (tag: string, fields: PropertyDescriptorMap): Error =>
      Object.defineProperties(new Error("odd"), { _tag: { value: tag }, ...fields });
    const gotcha = {
      get: () => {
        throw new Error("gotcha");
      },
    };
    const waits = [Number.NaN, -5, 1e99, "30", {}, 10n, null];
    const errors = [
      ...waits.map((value) => tagged("RetryAfter", { delaySeconds: { value } })),
      tagged("RetryAfter", { delaySeconds: gotcha }),
      tagged("RetryAfter", { delaySeconds: { value: 0 }, cause: gotcha }),
      tagged("NonRetryable", { cause: gotcha }),
    ];
    const shop = hubOn(
      open(),
      async ({ payload }) => {
        throw errors[Number(payload)];
      },
      { maxRetries: 1 },
    );
    await shop.emit([...errors.keys()]);
    await collect(shop.run()).until(2 * errors.length);
    expect((await all(shop)).map(tell)).toEqual(errors.map(() => "failed, 2 of 2: failed, failed"));
  });

  it("ends a failure for good at once, whatever its retries", async () => {
    const shop = hubOn(open(), () => TE.left(nonRetryable("never")), { maxRetries: 9 });
    await shop.emit([1]);
    expect((await collect(shop.run()).until(1)).map(told)).toEqual(["A failed (failed)"]);
  });

  it("ends what goes to a destination that nobody has as misconfigured, at its first attempt and for good", async () => {
    const store = open();
    const routes = defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "B" }] });
    const shop = hub<string>(store, { name: "h", routes, destinations: { A: completes } });
    await shop.emit([1]);
    const run = collect(shop.run());
    await run.until(1);
    expect(run.seen.map(told)).toEqual(["B misconfigured (misconfigured)"]);
    const [dispatch] = await all(shop);
    expect(errorsOf(dispatch!.executions)).toEqual(['this program has no destination "B"']);
    expect((await shop.counts())["B"]).toMatchObject({ misconfigured: 1, ongoing: 0 });
    const repaired = hub<string>(store, { name: "h", routes, destinations: { B: completes } });
    const later = collect(repaired.run());
    await again(store, dispatch!);
    await expect.poll(async () => (await store.stats("sluice.hub/B/h")).acked, { interval: 5 }).toBe(2);
    expect([later.seen, (await all(shop)).map(tell)]).toEqual([[], ["misconfigured, 1 of 1: misconfigured"]]);
  });

  it("runs a handler once where a dispatch is delivered twice at the same time", async () => {
    const store = open();
    let running = 0;
    let most = 0;
    let calls = 0;
    let finish = (): void => undefined;
    const shop = hubOn(store, async () => {
      calls += 1;
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => (finish = resolve));
      running -= 1;
      return Complete;
    });
    await shop.emit([1]);
    const [dispatch] = await all(shop);
    await again(store, dispatch!);
    await again(store, dispatch!);
    // Two runs in one process: what runs is known to both.
    collect(shop.run());
    collect(shop.run());
    await expect.poll(() => calls, { interval: 5 }).toBe(1);
    await expect.poll(async () => (await store.stats("sluice.hub/A/h")).delayed, { interval: 5 }).toBeGreaterThan(0);
    finish();
    await expect.poll(async () => (await store.stats("sluice.hub/A/h")).acked, { timeout: 5_000, interval: 5 }).toBe(3);
    expect([calls, most]).toEqual([1, 1]);
    expect((await all(shop)).map(tell)).toEqual(["complete, 1 of 1: complete"]);
  });
});
