/** Listens to the letters by which a marble test names its values, so that a failure is drawn in the test's own letters. */
export type Names = Readonly<Record<string, unknown>>;

/** The names that a test gave to values, those of its expectations before those of its inputs. */
export class KnownNames {
  private readonly expected: Array<Names> = [];
  private readonly given: Array<Names> = [];

  get all(): ReadonlyArray<Names> {
    return [...this.expected, ...this.given];
  }

  /** The same context of rxjs-marbles; the names that are given to it are noted. */
  noting<A>(context: A): A {
    return noting(context, {
      cold: this.given,
      hot: this.given,
      equal: this.expected,
      toBeObservable: this.expected,
    });
  }
}

/** All else is passed through. What `expect` returns is listened to alike. */
const noting = <A>(context: A, lists: Readonly<Record<string | symbol, Array<Names>>>): A => {
  if (typeof context !== "object" || context === null) return context;
  return new Proxy(context, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== "function") return value;
      return (...given: ReadonlyArray<unknown>): unknown => {
        lists[property]?.push(...given.filter(isNames));
        const answer: unknown = Reflect.apply(value, target, given);
        return property === "expect" ? noting(answer, lists) : answer;
      };
    },
  });
};

const isNames = (value: unknown): value is Names =>
  typeof value === "object" &&
  value !== null &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null);
