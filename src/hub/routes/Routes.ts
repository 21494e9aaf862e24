/** The public types of routes: data, made by programs, by infrastructure code or by hand. Their times are seconds; 0 is 0. */
import type { Options } from "../../core/options.js";

/**
 * How long to wait between two attempts, in whole seconds. Constant: `interval`, each time. Exponential: `base` at first, then a random
 * number from `base` to three times the wait before, `max` at most (decorrelated jitter).
 */
export type RetryDelay =
  | { readonly type: "constant"; readonly interval: number }
  | { readonly type: "exponential"; readonly base: number; readonly max: number };

/**
 * Compares what a path finds in an event. Where a path finds several values, one that satisfies is enough; where it finds none, or values
 * of another type, the comparator is false. `path` is a JSONPath (RFC 9535), and one comparison stands beside it:
 *
 * - `exact`: the same text, number or boolean, or null.
 * - `match`: a text in which this regular expression finds something. The syntax is that of RE2: no lookarounds, no backreferences.
 * - `exists: true`: any value, null too.
 * - `lte`, `gte`, `lt`, `gt`: a number, so compared.
 */
export type Comparator = { readonly path: string } & (
  | { readonly exact: string | number | boolean | null }
  | { readonly match: string }
  | { readonly exists: true }
  | { readonly lte: number }
  | { readonly gte: number }
  | { readonly lt: number }
  | { readonly gt: number }
);

/** Which events a route takes. `allOf: []` is true, `anyOf: []` is false. At most 64 stand within each other. */
export type Condition =
  | Comparator
  | { readonly allOf: ReadonlyArray<Condition> }
  | { readonly anyOf: ReadonlyArray<Condition> }
  | { readonly not: Condition };

export interface DispatchSettings
  extends Options<{
    /**
     * Whole seconds from the emit to the first attempt: 0 to 315,360,000, ten years.
     *
     * ```text
     * a-b---------
     * a := x1
     * b := x2
     *
     * > delaySeconds: 5, one character a second
     *
     * -----a-b----
     * a := x1: complete
     * b := x2: complete
     * ```
     */
    delaySeconds: number;
    /** Attempts after the first one: 0 to 1,000,000. */
    maxRetries: number;
    /**
     * How long to wait between two attempts. The store keeps the wait, so each process honours it:
     *
     * ```text
     * ab----------
     * a := x1
     * b := x2
     *
     * > maxRetries: 2, retryDelay: { type: "constant", interval: 4 }, one character a second
     *
     * rs--tu--cf--
     * r := x1: failed, and is ongoing
     * s := x2: failed, and is ongoing
     * t := x1: failed, and is ongoing
     * u := x2: failed, and is ongoing
     * c := x1: complete
     * f := x2: failed, for good
     * ```
     */
    retryDelay: RetryDelay;
  }> {}

/** Every route whose condition is true dispatches the event, in the order of the config, also twice to one destination. */
export interface Route<D extends string>
  extends DispatchSettings,
    Options<{
      /**
       * A JSONPath that names one place, such as `$.order.id`. The text, number or boolean there orders dispatches: those of one key at one
       * destination go one after the other. Where there is none of these, the dispatch has no key and waits for nobody.
       */
      key: string;
    }> {
  readonly condition: Condition;
  /** 1 to 64 letters, digits and `_ . : @ -`. */
  readonly destination: D;
}

/** The routes of a hub as JSON, and the settings of those that have none of their own. */
export interface RoutesConfig<D extends string>
  extends Options<{
    /** Default 0. */
    defaultDelaySeconds: number;
    /** Default 5. */
    defaultMaxRetries: number;
    /** Default `{ type: "constant", interval: 5 }`. */
    defaultRetryDelay: RetryDelay;
  }> {
  /** At most 1,000, with 10,000 conditions in all. */
  readonly routes: ReadonlyArray<Route<D>>;
}

declare const checked: unique symbol;

/** Routes that are checked and compiled; `defineRoutes` and `parseRoutes` make them. */
export interface Routes<out D extends string = string> {
  /** The config, as it was given: plain JSON, which can be stored and parsed again. It cannot be changed. */
  readonly config: RoutesConfig<string>;
  readonly [checked]: D;
}
