/** The operator that catches errors by their tag. */
import { catchError, type ObservableInput, type ObservedValueOf, type OperatorFunction, throwError } from "rxjs";
import { unlessPromise } from "../core/promiseWatch.js";
import { isSluiceError, type SluiceError } from "../core/SluiceError.js";

/**
 * Goes on with another Observable where the source fails with an error of this tag. Every other error passes through.
 *
 * ```text
 * -a-#
 *
 * > catchTag("LeaseLost", () => of("gone"))
 *
 * -a-(x|)
 * x := gone
 * ```
 *
 * Errors: those with another tag or none, and what `next` throws.
 *
 * @param tag the `_tag` of a `SluiceError`
 * @param next makes the Observable (or promise, or iterable) to go on with, from the narrowed error
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { of } from "rxjs";
 * import { catchTag, queue } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const notes = queue(memoryStore(), { name: "notes", codec: t.string, payloadBytesMax: 10 });
 * notes
 *   .enqueue("much too long for this queue")
 *   .pipe(catchTag("PayloadTooLarge", (error) => of(`${error.bytes} bytes`)))
 *   .subscribe(console.log);
 * ```
 */
export const catchTag = <T, K extends SluiceError["_tag"], O extends ObservableInput<unknown>>(
  tag: K,
  next: (error: Extract<SluiceError, { readonly _tag: K }>) => O,
): OperatorFunction<T, T | ObservedValueOf<O>> =>
  catchError((error: unknown) => {
    if (isSluiceError(error) && hasTag(error, tag)) return unlessPromise(next(error), "catchTag was given a promise");
    return throwError(() => error);
  });

const hasTag = <K extends SluiceError["_tag"]>(
  error: SluiceError,
  tag: K,
): error is Extract<SluiceError, { readonly _tag: K }> => error._tag === tag;
