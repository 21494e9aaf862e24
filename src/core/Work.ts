/**
 * What a handler may return, and which results and failures follow from that, as types.
 *
 * The runtime and the types read a return value alike: an Observable first, then a thenable, then a function that returns
 * a promise. Its last value counts. A `Left` is a failure wherever it comes from, an `Outcome` is performed, any other
 * value is the result and an `Ack`. Only the runtime refuses a work within a work (a Task in a promise).
 */
import type { Observable } from "rxjs";
import type { Batch } from "./Batch.js";
import type { Message } from "./Message.js";
import type { OutcomeMaker } from "./Outcome.js";

/** An Observable (an Effect is one), an awaitable, a Task or a TaskEither. */
export type Work = Observable<unknown> | PromiseLike<unknown> | (() => Promise<unknown>);

/** `any` would match every branch below, so that a failure would be typed as a result. Here it becomes unknown instead. */
export type UnlessAny<V, T, F> = 0 extends 1 & V ? T : F;

/** What a work emits or resolves to. */
export type Emitted<W> = UnlessAny<
  W,
  unknown,
  W extends Observable<infer V>
    ? V
    : W extends PromiseLike<infer V>
      ? V
      : W extends () => PromiseLike<infer V>
        ? V
        : never
>;

/** A value without its failures: of a `Right` its value, of a `Left` never, anything else as it is. */
export type RightOf<V> = UnlessAny<
  V,
  unknown,
  V extends { readonly _tag: "Right"; readonly right: infer R }
    ? R
    : V extends { readonly _tag: "Left"; readonly left: unknown }
      ? never
      : V
>;

/** The failures of a value: of a `Left` its error; unknown where the value is unknown. */
export type LeftOf<V> = UnlessAny<
  V,
  unknown,
  unknown extends V ? unknown : V extends { readonly _tag: "Left"; readonly left: infer E } ? E : never
>;

/** Unknown for a work that may answer a maker such as `Reject` itself, without its call; never for all others. */
export type Uncalled<W> = [Extract<RightOf<Emitted<W>>, OutcomeMaker>] extends [never] ? never : unknown;

/** For such a work the type of what is emitted, which no operator takes. */
export type CallIt = "an outcome is made by a call: Reject({ cause })";

/** The result of a work. */
export type ResultOf<W> = RightOf<Emitted<W>>;
/** The error of a work, apart from what it throws. */
export type ErrorOf<W> = LeftOf<Emitted<W>>;

/** The data of a message, or of the messages of a batch. */
export type DataOf<D> = D extends Batch<infer A> ? A : D extends Message<infer A> ? A : never;
