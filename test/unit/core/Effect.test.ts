import { catchError, concat, EMPTY, firstValueFrom, forkJoin, NEVER, Observable, of, throwError, toArray } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import {
  type Asker,
  type Effect,
  effect,
  fail,
  fromOne,
  fromPromise,
  mapEffect,
  succeed,
} from "../../../src/core/Effect.js";
import { isSluiceError, storeClosed, storeFull } from "../../../src/core/SluiceError.js";
import { marbles } from "../../support/marbles.js";

const counted = (): { readonly effect: Effect<number>; readonly runs: () => number } => {
  let runs = 0;
  return {
    effect: effect((asker) => {
      runs += 1;
      asker.next(runs);
      asker.complete();
    }),
    runs: () => runs,
  };
};

const notificationsOf = <A>(source: Observable<A>): ReadonlyArray<unknown> => {
  const seen: Array<unknown> = [];
  source.subscribe({
    next: (value) => seen.push({ next: value }),
    error: (error: unknown) => seen.push({ error }),
    complete: () => seen.push("complete"),
  });
  return seen;
};

describe("Effect", () => {
  it("does nothing before somebody subscribes", () => {
    const { effect: cold, runs } = counted();
    expect(cold).toBeInstanceOf(Observable);
    expect(runs()).toBe(0);
    cold.subscribe();
    expect(runs()).toBe(1);
  });

  it("runs anew for each subscription, and once for all who await it", async () => {
    const { effect: cold, runs } = counted();
    expect([await cold, await cold, await cold.catch(() => 0), await cold.finally(), await cold.then()]).toEqual([
      1, 1, 1, 1, 1,
    ]);
    expect(await Promise.all([cold, cold])).toEqual([1, 1]);
    expect(runs()).toBe(1);
    expect([await firstValueFrom(cold), await firstValueFrom(cold), await cold]).toEqual([2, 3, 1]);
  });

  it("shares the run that is under way among those who await it", async () => {
    let told: Asker<number> | undefined;
    let runs = 0;
    const pending = effect<number>((asker) => {
      runs += 1;
      told = asker;
    });
    const both = Promise.all([pending, pending.finally(() => undefined)]);
    told?.next(7);
    expect([await both, runs]).toEqual([[7, 7], 1]);
  });

  it.each([
    ["at once", undefined],
    ["later", Promise.resolve()],
  ])("runs again at the next await after a failure %s that may pass, and after no other", async (_, until) => {
    let runs = 0;
    const failing = (error: unknown): Effect<number> =>
      effect((asker) => {
        runs += 1;
        if (until === undefined) asker.error(error);
        else void until.then(() => asker.error(error));
      });
    const passing = failing(storeFull("no room"));
    await expect(Promise.all([passing, passing.catch(() => 0)])).rejects.toMatchObject({ _tag: "StoreFull" });
    const before = runs;
    await expect(passing.finally()).rejects.toMatchObject({ _tag: "StoreFull" });
    expect(runs).toBe(before + 1);

    runs = 0;
    const lasting = failing(storeClosed());
    for (let i = 0; i < 3; i++) await expect(lasting.then()).rejects.toMatchObject({ _tag: "StoreClosed" });
    expect(runs).toBe(1);
  });

  it("calls back by catch and finally like a promise", async () => {
    const ended = vi.fn();
    const error = storeFull("no room");
    await expect(fail(error).finally(ended)).rejects.toBe(error);
    expect(await succeed(1).finally(ended)).toBe(1);
    expect(ended.mock.calls).toEqual([[], []]);
    expect(await fail(error).catch((caught: unknown) => caught === error)).toBe(true);
    expect(await succeed(1).catch(() => 2)).toBe(1);
  });

  it("rejects the await with the error of the Effect", async () => {
    const error = storeFull("no room");
    await expect(fail(error)).rejects.toBe(error);
    await expect(fail(error).then(undefined, (caught: unknown) => caught === error)).resolves.toBe(true);
  });

  it("rejects the await with a Defect if it ends without its value, instead of waiting for ever", async () => {
    await expect(fromOne(EMPTY)).rejects.toMatchObject({ _tag: "Defect" });
  });

  it("composes with forkJoin and concat like any Observable", async () => {
    expect(await firstValueFrom(forkJoin([succeed(1), succeed("two")]))).toEqual([1, "two"]);
    expect(await firstValueFrom(concat(succeed(1), succeed(2)).pipe(toArray()))).toEqual([1, 2]);
  });

  it("does not start the second of a concat before the first has ended", () => {
    const { effect: second, runs } = counted();
    concat(fromOne(NEVER), second).subscribe();
    expect(runs()).toBe(0);
  });

  it("fails a forkJoin by the error of one part", () => {
    const error = storeFull("no room");
    expect(notificationsOf(forkJoin([succeed(1), fail(error)]))).toEqual([{ error }]);
  });

  it("runs its teardown when it is unsubscribed", () => {
    const teardown = vi.fn();
    effect(() => teardown)
      .subscribe()
      .unsubscribe();
    expect(teardown).toHaveBeenCalledOnce();
  });
});

describe("run", () => {
  const runOf = <A>(one: Effect<A>) => {
    const seen: Array<unknown> = [];
    const subscription = one.run(
      (value) => seen.push({ value }),
      (error) => seen.push({ error }),
    );
    return { seen, subscription };
  };

  it("tells the value or the error, each run anew", () => {
    const { effect: cold, runs } = counted();
    expect([runOf(cold).seen, runOf(cold).seen]).toEqual([[{ value: 1 }], [{ value: 2 }]]);
    expect(runs()).toBe(2);
    const error = storeFull("no room");
    expect(runOf(fail(error)).seen).toEqual([{ error }]);
  });

  it("tells what the Effect throws, and a Defect where it ends without its value", () => {
    const cause = new Error("thrown");
    const thrown = effect<number>(() => {
      throw cause;
    });
    expect(runOf(thrown).seen).toEqual([{ error: cause }]);
    expect(runOf(fromOne(EMPTY)).seen).toMatchObject([{ error: { _tag: "Defect" } }]);
  });

  it("tells one thing, whatever the Effect says", () => {
    const twice = effect<number>((asker) => {
      asker.next(1);
      asker.next(2);
      asker.error(new Error("late"));
    });
    expect(runOf(twice).seen).toEqual([{ value: 1 }]);
  });

  it("lets what its listener throws through", () => {
    const cause = new Error("thrown");
    const onError = vi.fn();
    expect(() =>
      counted().effect.run(() => {
        throw cause;
      }, onError),
    ).toThrow(cause);
    expect(onError).not.toHaveBeenCalled();
  });

  it("tells its error also where its teardown throws", () => {
    let told: Asker<number> | undefined;
    const pending = effect<number>((asker) => {
      told = asker;
      return () => {
        throw new Error("teardown");
      };
    });
    const error = storeFull("no room");
    const failed = runOf(pending);
    expect(() => told?.error(error)).toThrow("teardown");
    const empty = runOf(pending);
    expect(() => told?.complete()).toThrow("teardown");
    expect(failed.seen).toEqual([{ error }]);
    expect(empty.seen).toMatchObject([{ error: { _tag: "Defect" } }]);
  });

  it("tears down once, at its end or when it is unsubscribed, and tells nothing afterwards", () => {
    const teardown = vi.fn();
    let told: Asker<number> | undefined;
    const pending = effect<number>((asker) => {
      told = asker;
      return teardown;
    });
    const { seen, subscription } = runOf(pending);
    subscription.unsubscribe();
    told?.next(1);
    told?.complete();
    expect(seen).toEqual([]);
    expect(teardown).toHaveBeenCalledOnce();

    const ended = runOf(pending);
    told?.next(1);
    expect(teardown).toHaveBeenCalledOnce();
    told?.complete();
    told?.error(new Error("late"));
    ended.subscription.unsubscribe();
    expect(ended.seen).toEqual([{ value: 1 }]);
    expect(teardown).toHaveBeenCalledTimes(2);
  });
});

describe("succeed", () => {
  it("emits its value once and completes, within the subscription", () => {
    expect(notificationsOf(succeed("a"))).toEqual([{ next: "a" }, "complete"]);
  });
});

describe("fail", () => {
  it("passes a SluiceError on as it is", () => {
    const error = storeFull("no room");
    expect(notificationsOf(fail(error))).toEqual([{ error }]);
  });

  it.each([new Error("odd"), "odd", undefined, null, Object.create(null) as object])(
    "makes a Defect of anything else: %s",
    (cause) => {
      const [seen] = notificationsOf(fail(cause)) as [{ readonly error: unknown }];
      expect(isSluiceError(seen.error)).toBe(true);
      expect(seen.error).toMatchObject({ _tag: "Defect", cause });
    },
  );
});

describe("fromOne", () => {
  it("takes its value from an Observable", () => {
    expect(notificationsOf(fromOne(of(7)))).toEqual([{ next: 7 }, "complete"]);
  });

  it("takes its value from a promise", async () => {
    await expect(fromOne(Promise.resolve(7))).resolves.toBe(7);
  });

  it("tags a foreign error as a Defect", () => {
    const cause = new Error("foreign");
    expect(notificationsOf(fromOne(throwError(() => cause)))).toMatchObject([{ error: { _tag: "Defect", cause } }]);
  });

  it("unsubscribes its source when it is unsubscribed", () => {
    const teardown = vi.fn();
    fromOne(new Observable(() => teardown))
      .subscribe()
      .unsubscribe();
    expect(teardown).toHaveBeenCalledOnce();
  });
});

describe("fromPromise", () => {
  const asFull = (cause: unknown): unknown => storeFull(cause);

  it("makes the promise at each subscription and not before", async () => {
    const make = vi.fn(() => Promise.resolve(1));
    const fromMake = fromPromise(make, asFull);
    expect(make).not.toHaveBeenCalled();
    expect([await firstValueFrom(fromMake), await firstValueFrom(fromMake)]).toEqual([1, 1]);
    expect(make).toHaveBeenCalledTimes(2);
  });

  it("maps a rejection by its error function", async () => {
    const cause = new Error("OOM");
    await expect(fromPromise(() => Promise.reject(cause), asFull)).rejects.toMatchObject({ _tag: "StoreFull", cause });
  });

  it("makes a Defect of a mapped error that is no SluiceError", async () => {
    await expect(
      fromPromise(
        () => Promise.reject(new Error("raw")),
        (cause) => cause,
      ),
    ).rejects.toMatchObject({ _tag: "Defect" });
  });

  it("treats a make function that throws like a rejection", async () => {
    const cause = new Error("at once");
    const throwing = fromPromise((): Promise<number> => {
      throw cause;
    }, asFull);
    await expect(throwing).rejects.toMatchObject({ _tag: "StoreFull", cause });
  });

  it("tells nobody of the value once it is unsubscribed", async () => {
    const next = vi.fn();
    const promise = Promise.resolve(1);
    fromPromise(() => promise, asFull)
      .subscribe(next)
      .unsubscribe();
    await promise;
    expect(next).not.toHaveBeenCalled();
  });
});

describe("mapEffect", () => {
  it("changes the value", () => {
    expect(notificationsOf(mapEffect(succeed(2), (n) => n * 2))).toEqual([{ next: 4 }, "complete"]);
  });

  it("passes the error on", () => {
    const error = storeFull("no room");
    expect(notificationsOf(mapEffect(fail(error), () => 1))).toEqual([{ error }]);
  });

  it("fails with a Defect where the change throws", () => {
    const cause = new Error("bad change");
    const seen = notificationsOf(
      mapEffect(succeed(1), (): number => {
        throw cause;
      }),
    );
    expect(seen).toMatchObject([{ error: { _tag: "Defect", cause } }]);
  });

  it("unsubscribes its source when it is unsubscribed", () => {
    const teardown = vi.fn();
    mapEffect(new Observable<number>(() => teardown), (n) => n)
      .subscribe()
      .unsubscribe();
    expect(teardown).toHaveBeenCalledOnce();
  });
});

describe("retry", () => {
  /** Fails so often, then answers which run it was. */
  const failing = (times: number, error: unknown = storeFull("no room")) => {
    let runs = 0;
    return effect<number>((asker) => {
      runs += 1;
      if (runs <= times) asker.error(error);
      else {
        asker.next(runs);
        asker.complete();
      }
    });
  };

  it(
    "runs again after failures that may pass, each time later",
    marbles((m) => {
      const { scheduler } = m;
      const retried = failing(3).retry({ initialMs: 2, factor: 2, jitter: "none", scheduler });
      m.expect(retried).toBeObservable("--------------(a|)", { a: 4 });
    }),
  );

  it(
    "waits by the growth that it is told, the same each time or longer by as much",
    marbles((m) => {
      const { scheduler } = m;
      const [linear, none] = (["linear", "none"] as const).map((growth) =>
        failing(3).retry({ initialMs: 2, growth, jitter: "none", scheduler }),
      );
      if (linear === undefined || none === undefined) throw new Error("there are two");
      m.expect(linear).toBeObservable("------------(a|)", { a: 4 });
      m.expect(none).toBeObservable("------(a|)", { a: 4 });
    }),
  );

  it(
    "gives up after attemptsMax runs, and each subscription has its own",
    marbles((m) => {
      const error = storeFull("no room");
      const options = { initialMs: 2, factor: 1, jitter: "none", scheduler: m.scheduler } as const;
      const retried = failing(4, error).retry({ ...options, attemptsMax: 3 });
      m.expect(failing(9, error).retry({ ...options, attemptsMax: 1 })).toBeObservable("#", undefined, error);
      m.expect(retried.pipe(catchError(() => retried))).toBeObservable("------(a|)", { a: 5 });
    }),
  );

  it(
    "begins no run after deadlineMs",
    marbles((m) => {
      const error = storeFull("no room");
      const options = { initialMs: 3, factor: 1, jitter: "none", deadlineMs: 8, scheduler: m.scheduler } as const;
      m.expect(failing(9, error).retry(options)).toBeObservable("------#", undefined, error);
    }),
  );

  it(
    "runs nothing more once it is unsubscribed",
    marbles((m) => {
      const effectOnce = vi.fn();
      const retried = effect<number>((asker) => {
        effectOnce();
        asker.error(storeFull("no room"));
      }).retry({ initialMs: 5, jitter: "none", scheduler: m.scheduler });
      m.expect(retried, "--!").toBeObservable("---");
      m.scheduler.schedule(() => expect(effectOnce).toHaveBeenCalledTimes(1), 20);
    }),
  );

  it("does not repeat what no repetition mends", async () => {
    await expect(failing(1, storeClosed()).retry()).rejects.toMatchObject({ _tag: "StoreClosed" });
  });

  it("leaves the turn between runs without a delay, and does not deepen the stack", async () => {
    let turns = 0;
    const turning = setInterval(() => {
      turns += 1;
    }, 0);
    expect(await failing(20_000).retry({ initialMs: 0, attemptsMax: 30_000 })).toBe(20_001);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(0);
  });

  it("can be awaited, and refuses options out of range", async () => {
    expect(await failing(2).retry({ initialMs: 0 })).toBe(3);
    for (const options of [
      { attemptsMax: 0 },
      { initialMs: -1 },
      { factor: Number.NaN },
      { growth: "none", factor: 1 } as const,
    ])
      expect(() => succeed(1).retry(options)).toThrow(expect.objectContaining({ _tag: "InvalidConfig" }));
  });
});
