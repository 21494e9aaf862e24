import { Subject, take } from "rxjs";
import { describe, expect, it } from "vitest";
import { andThen, foldEffect, orElse, suspend } from "../../../src/core/andThen.js";
import { type Effect, effect, fail, fromOne, succeed } from "../../../src/core/Effect.js";
import { isSluiceError, storeClosed, storeFull } from "../../../src/core/SluiceError.js";

/** An Effect that a test ends, and that tells whether somebody waits for it. */
const manual = <A>() => {
  const answers = new Subject<A>();
  return { answers, made: fromOne<A>(answers.pipe(take(1))), isRunning: () => answers.observed };
};

const outcome = (source: Effect<unknown>): Array<unknown> => {
  const told: Array<unknown> = [];
  source.subscribe({
    next: (value) => told.push(value),
    error: (error: unknown) => told.push(isSluiceError(error) ? error._tag : error),
    complete: () => told.push("end"),
  });
  return told;
};

const throwing = (): never => {
  throw new Error("odd");
};

describe("andThen", () => {
  it("runs the second upon the value of the first", async () => {
    expect(await andThen(succeed(2), (n) => succeed(n + 1))).toBe(3);
    expect(outcome(andThen(succeed(2), (n) => succeed(n + 1)))).toEqual([3, "end"]);
  });

  it("fails with the first error, and runs nothing behind it", () => {
    let ran = false;
    const after = (): Effect<number> => {
      ran = true;
      return succeed(1);
    };
    expect([outcome(andThen(fail(storeClosed()), after)), ran]).toEqual([["StoreClosed"], false]);
    expect(outcome(andThen(succeed(1), () => fail(storeFull("x"))))).toEqual(["StoreFull"]);
    expect(outcome(andThen(succeed(1), throwing))).toEqual(["Defect"]);
  });

  it("waits for each, and ends the one under way when it is unsubscribed", () => {
    const [first, second] = [manual<number>(), manual<number>()];
    const told: Array<number> = [];
    const both = andThen(first.made, () => second.made);
    const subscription = both.subscribe((value) => told.push(value));
    expect([first.isRunning(), second.isRunning()]).toEqual([true, false]);
    first.answers.next(1);
    expect([first.isRunning(), second.isRunning()]).toEqual([false, true]);
    subscription.unsubscribe();
    expect(second.isRunning()).toBe(false);
    const early = both.subscribe((value) => told.push(value));
    early.unsubscribe();
    expect([first.isRunning(), told]).toEqual([false, []]);
    both.subscribe((value) => told.push(value));
    first.answers.next(1);
    second.answers.next(5);
    expect(told).toEqual([5]);
  });

  it("runs the second once, also where the first ends within the call", () => {
    let runs = 0;
    const counting = effect<number>((asker) => {
      runs += 1;
      asker.next(1);
      asker.complete();
    });
    andThen(counting, () => counting).subscribe();
    expect(runs).toBe(2);
  });
});

describe("orElse and foldEffect", () => {
  it("recover from an error, and leave a value as it is, or changed", () => {
    expect(outcome(orElse(succeed(1), () => succeed(2)))).toEqual([1, "end"]);
    expect(outcome(orElse(fail(storeClosed()), ({ _tag }) => succeed(_tag)))).toEqual(["StoreClosed", "end"]);
    expect(outcome(orElse(fail(storeClosed()), () => fail(storeFull("x"))))).toEqual(["StoreFull"]);
    expect(outcome(orElse(fail(storeClosed()), throwing))).toEqual(["Defect"]);
    expect(outcome(foldEffect(succeed(1), (n) => n * 10, throwing))).toEqual([10, "end"]);
    expect(outcome(foldEffect(fail(storeClosed()), throwing, () => succeed(3)))).toEqual([3, "end"]);
  });

  it("end what is under way when they are unsubscribed", () => {
    const [first, second] = [manual<number>(), manual<number>()];
    const subscription = orElse(first.made, () => second.made).subscribe({ error: () => undefined });
    first.answers.error(storeClosed());
    expect(second.isRunning()).toBe(true);
    subscription.unsubscribe();
    expect(second.isRunning()).toBe(false);
  });
});

describe("suspend", () => {
  it("makes its Effect at each run, and fails with what the maker throws", () => {
    let made = 0;
    const suspended = suspend(() => {
      made += 1;
      return succeed(made);
    });
    expect([made, outcome(suspended), outcome(suspended)]).toEqual([0, [1, "end"], [2, "end"]]);
    expect(outcome(suspend(throwing))).toEqual(["Defect"]);
    expect(
      outcome(
        suspend(() => {
          throw storeClosed();
        }),
      ),
    ).toEqual(["StoreClosed"]);
  });
});
