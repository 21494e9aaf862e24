/**
 * Listens to what a marble test says to rxjs-marbles. It notes the letters by which the test names its values, so that a failure is
 * drawn in the test's own letters, and where each comparison is asked for, so that a failure points there.
 */
export type Names = Readonly<Record<string, unknown>>;

/** The calls that each ask for one comparison. The comparisons come in the order of these calls. */
const comparisons: ReadonlySet<string | symbol> = new Set(["equal", "has", "toBeObservable", "toHaveSubscriptions"]);

export class TestNotes {
  private readonly expected: Array<Names> = [];
  private readonly given: Array<Names> = [];
  private readonly asked: Array<Error> = [];

  /** The names in expectations, then those in inputs. */
  get names(): ReadonlyArray<Names> {
    return [...this.expected, ...this.given];
  }

  /** An error that was made where the next comparison was asked for. */
  nextPlace(): Error | undefined {
    return this.asked.shift();
  }

  /** The same context of rxjs-marbles, to which this listens, and to what its `expect` returns. Everything is passed through. */
  on<A>(context: A): A {
    if (typeof context !== "object" || context === null) return context;
    return new Proxy(context, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        const call = (...args: ReadonlyArray<unknown>): unknown => {
          const isComparison = comparisons.has(property);
          (isComparison ? this.expected : this.given).push(...args.filter(isNames));
          if (isComparison) this.asked.push(placeOf(call));
          const answer: unknown = Reflect.apply(value, target, args);
          return property === "expect" ? this.on(answer) : answer;
        };
        return call;
      },
    });
  }
}

/** An error whose stack begins where this function was called. */
export const placeOf = (called: (...args: ReadonlyArray<never>) => unknown): Error => {
  const place = new Error();
  Error.captureStackTrace(place, called);
  return place;
};

const isNames = (value: unknown): value is Names =>
  typeof value === "object" &&
  value !== null &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);
