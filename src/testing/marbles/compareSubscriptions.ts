/** Compares when something was subscribed to and unsubscribed from, and draws one line for each subscription. */
import { type Drawn, draw, type Mark } from "./draw.js";
import type { SubscriptionFrame } from "./Frame.js";
import { mismatch } from "./mismatch.js";

type Logs = ReadonlyArray<SubscriptionFrame>;

export const compareSubscriptions = (actual: Logs, expected: Logs): string | undefined => {
  const count = Math.max(actual.length, expected.length);
  for (let i = 0; i < count; i += 1) {
    const words = difference(expected[i], actual[i]);
    if (words === undefined) continue;
    const drawn = draw([...expected, ...actual].map(marksOf));
    return mismatch({
      words: `${count > 1 ? `subscription ${i + 1} ` : ""}${words}`,
      from: undefined,
      lines: [
        ...titled("expected", drawn.slice(0, expected.length)),
        ...titled("actual", drawn.slice(expected.length)),
      ],
      pointer: undefined,
      legend: [],
    });
  }
  return undefined;
};

const marksOf = ({ subscribedFrame, unsubscribedFrame }: SubscriptionFrame): ReadonlyArray<Mark> =>
  [
    { atMs: subscribedFrame, sign: "^" },
    { atMs: unsubscribedFrame, sign: "!" },
  ].filter(({ atMs }) => Number.isFinite(atMs));

const titled = (title: string, drawn: ReadonlyArray<Drawn>) =>
  drawn.length === 0
    ? [{ title, text: "never subscribed to" }]
    : drawn.map(({ text }, i) => ({ title: drawn.length > 1 ? `${title} ${i + 1}` : title, text }));

const difference = (wanted: SubscriptionFrame | undefined, got: SubscriptionFrame | undefined): string | undefined => {
  if (wanted === undefined) return got && `at ${got.subscribedFrame} ms: expected no subscription, got one`;
  if (got === undefined) return `at ${wanted.subscribedFrame} ms: expected a subscription, got none`;
  if (wanted.subscribedFrame !== got.subscribedFrame)
    return `expected to begin at ${wanted.subscribedFrame} ms, began at ${got.subscribedFrame} ms`;
  if (wanted.unsubscribedFrame !== got.unsubscribedFrame)
    return `expected to end ${timeOf(wanted.unsubscribedFrame)}, ended ${timeOf(got.unsubscribedFrame)}`;
  return undefined;
};

const timeOf = (ms: number): string => (Number.isFinite(ms) ? `at ${ms} ms` : "never");
