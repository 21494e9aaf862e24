/** Compares what the TestScheduler hands over: notifications, subscriptions, or something else. */
import { compareFrames } from "./compareFrames.js";
import { compareSubscriptions } from "./compareSubscriptions.js";
import { describeValue } from "./describeValue.js";
import { isFrame, isSubscriptionFrame } from "./Frame.js";
import { same } from "./same.js";

/** Says what differs, for people; undefined where nothing does. */
export const compareMarbles = (
  actual: unknown,
  expected: unknown,
  known: ReadonlyArray<Readonly<Record<string, unknown>>>,
): string | undefined => {
  if (isListOf(isFrame, actual) && isListOf(isFrame, expected)) return compareFrames(actual, expected, known);
  if (isListOf(isSubscriptionFrame, actual) && isListOf(isSubscriptionFrame, expected))
    return compareSubscriptions(actual, expected);
  if (same(actual, expected)) return undefined;
  return `expected ${describeValue(expected)}, got ${describeValue(actual)}`;
};

const isListOf = <A>(isOne: (value: unknown) => value is A, values: unknown): values is ReadonlyArray<A> =>
  Array.isArray(values) && values.every(isOne);
