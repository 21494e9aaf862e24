/** Handled results without a handler. */
import * as E from "fp-ts/lib/Either.js";
import type { Failure, Handled, Outcome } from "sluice";
import { type TestMessage, type TestMessageOptions, testMessage } from "sluice/testing";

export interface HandledOptions extends TestMessageOptions {
  readonly outcome?: Outcome;
}

export type TestHandled<R, E> = Handled<string, R, E> & { readonly message: TestMessage<string> };

const handled = <R, E>(
  text: string,
  result: E.Either<Failure<E>, R>,
  { outcome, ...options }: HandledOptions,
): TestHandled<R, E> => ({ message: testMessage(text, options), result, outcome, givenUp: undefined, followUps: [] });

export const succeeded = <R>(text: string, result: R, options: HandledOptions = {}): TestHandled<R, never> =>
  handled(text, E.right(result), options);

export const failedWith = <E>(text: string, error: E, options: HandledOptions = {}): TestHandled<never, E> =>
  handled(text, E.left({ _tag: "Failed", error }), options);

export const failedBy = (
  text: string,
  failure: Failure<never>,
  options: HandledOptions = {},
): TestHandled<never, never> => handled(text, E.left(failure), options);
