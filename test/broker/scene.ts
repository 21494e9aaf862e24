/** Events, and how the tests of brokers append and watch them. */
import * as t from "io-ts";
import type { Observable } from "rxjs";
import type { BrokerEvent, Delivered } from "sluice/broker";
import { eventCodec, eventLog } from "sluice/log";
import type { Store } from "sluice/store";
import { expect } from "vitest";
import { atEnd } from "../support/atEnd.js";

const CountEvent = t.union([
  t.type({ type: t.literal("Inc"), by: t.number }),
  t.type({ type: t.literal("Dec"), by: t.number }),
  t.type({ type: t.literal("Noted"), text: t.string }),
]);
export const counts = eventCodec(CountEvent, { tag: "type" });

export const inc = (by: number) => ({ type: "Inc", by }) as const;
export const dec = (by: number) => ({ type: "Dec", by }) as const;
export const noted = (text: string) => ({ type: "Noted", text }) as const;

export const logOn = (store: Store) => eventLog(store, counts);

/** Retries at once, so that `runUntilIdle` sees the end of it. */
export const atOnce = { initialMs: 0 } as const;

/** What became of a delivery, in short: `Acked a/1@2 (1)` is the second event of the stream, at its first attempt. */
export const tell = ({ _tag, stream, recorded, attempt }: Delivered<unknown>): string =>
  `${_tag} ${stream}@${recorded.version} (${attempt})`;

/** Whether an event of a broker is a delivery. */
export const isDelivered = <E>(event: BrokerEvent<E>): event is Delivered<E> => "attempt" in event;

/** Collects what a source emits, until the test is over. */
export const collect = <T>(source$: Observable<T>) => {
  const seen: Array<T> = [];
  const end: { completed?: true; error?: unknown } = {};
  const subscription = source$.subscribe({
    next: (value) => seen.push(value),
    complete: () => {
      end.completed = true;
    },
    error: (error: unknown) => {
      end.error = error;
    },
  });
  atEnd(async () => subscription.unsubscribe());
  /** Waits for so many. */
  const until = async (count: number): Promise<ReadonlyArray<T>> => {
    await expect.poll(() => seen.length, { timeout: 8_000, interval: 5 }).toBeGreaterThanOrEqual(count);
    return seen;
  };
  return { seen, end, until, stop: () => subscription.unsubscribe() };
};

/** What a handler does that never ends by itself. */
export const never = (): Promise<never> => new Promise(() => undefined);

/** The same value, so many times. */
export const times = <T>(count: number, value: T): ReadonlyArray<T> => Array.from({ length: count }, () => value);
