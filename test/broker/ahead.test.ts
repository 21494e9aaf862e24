/** Pages are read and made while the one before them is written: nothing is lost, double or out of order by that. */
import * as t from "io-ts";
import { filter, firstValueFrom, lastValueFrom, Subject } from "rxjs";
import { describe, expect, test } from "vitest";
import { type BrokerEvent, broker, on } from "../../src/entries/broker.js";
import { eventLog, eventType } from "../../src/entries/log.js";
import type { Store } from "../../src/entries/store.js";
import { mostStores } from "../stores/eachStore.js";

const EVENTS = 1_700;
const TARGETS = 7;

const codec = eventType("Counted", t.type({ n: t.number }));

const fill = async (store: Store): Promise<void> => {
  const log = eventLog(store, codec);
  for (let first = 0; first < EVENTS; first += 100)
    await log.append(
      `counter/${first}`,
      Array.from({ length: 100 }, (_, i) => ({ n: first + i })),
    );
};

const reacting = (store: Store, name: string, pendingMax?: number) => {
  const seen = Array.from({ length: TARGETS }, (): Array<number> => []);
  const reaction = on(codec, "Counted")
    .do(async ({ event }) => seen[event.n % TARGETS]?.push(event.n), { name: "count", lane: "lane" })
    .to(({ event }) => `target/${event.n % TARGETS}`);
  const lane = pendingMax === undefined ? {} : { pendingMax };
  return { seen, counting: broker(store, { name, reactions: [reaction], lanes: { lane } }) };
};

const inOrder = Array.from({ length: TARGETS }, (_, target) =>
  Array.from({ length: EVENTS }, (_, n) => n).filter((n) => n % TARGETS === target),
);

describe.each(mostStores())("on %s", (_, open) => {
  test("several pages, to the end", { timeout: 60_000 }, async () => {
    const store = open();
    await fill(store);
    const { seen, counting } = reacting(store, "b");
    const told: Array<BrokerEvent<unknown>> = [];
    counting.events$.subscribe((event) => told.push(event));
    expect(await counting.runUntilIdle()).toMatchObject({
      fetched: EVENTS,
      delivered: EVENTS,
      acked: EVENTS,
      blocked: 0,
    });
    expect(seen).toEqual(inOrder);
    const pages = told.flatMap((event) => (event._tag === "Correlated" ? [event.events] : []));
    expect(pages.length).toBeGreaterThan(3);
    expect(pages.reduce((sum, events) => sum + events)).toBe(EVENTS);
  });

  test("a page that is read ahead is no more than there is room for", { timeout: 60_000 }, async () => {
    const store = open();
    await fill(store);
    const { seen, counting } = reacting(store, "b", 1_100);
    await store.setPaused({ queue: "sluice.broker/lane/b", paused: true }, "pause");
    const stop$ = new Subject<void>();
    const full = firstValueFrom(counting.events$.pipe(filter(({ _tag }) => _tag === "Full")));
    const run = lastValueFrom(counting.run({ stop$ }), { defaultValue: undefined });
    await full;
    expect((await store.stats("sluice.broker/lane/b")).enqueued).toBe(1_100);
    stop$.next();
    await run;
    await store.setPaused({ queue: "sluice.broker/lane/b", paused: false }, "resume");
    await counting.runUntilIdle();
    expect(seen).toEqual(inOrder);
  });

  test("two programs that lead in turns", { timeout: 60_000 }, async () => {
    const store = open();
    await fill(store);
    const one = reacting(store, "b");
    const other = reacting(store, "b");
    await Promise.all([one.counting.runUntilIdle(), other.counting.runUntilIdle()]);
    await one.counting.runUntilIdle();
    const all = one.seen.map((own, target) => [...own, ...(other.seen[target] ?? [])].sort((a, b) => a - b));
    expect(all).toEqual(inOrder);
  });
});
