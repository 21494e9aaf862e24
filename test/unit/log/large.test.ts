/** Events so large that a page holds one: reads that look at the event before them again go on all the same. */
import { right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { firstValueFrom, lastValueFrom, take, timeout, toArray } from "rxjs";
import { eventLog, eventType } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { aggregate } from "sluice/sourcing";
import { describe, expect, it } from "vitest";

const codec = eventType("Written", t.string, { eventBytesMax: 6 * 1024 * 1024 });
const large = (n: number): string => `${n}`.repeat(3 * 1024 * 1024);

describe("events of which two fill more than a page", () => {
  it("are followed, one after the other", async () => {
    const log = eventLog(memoryStore(), codec);
    for (const n of [1, 2, 3]) await log.append("a/1", [large(n)]);
    const found$ = log.follow("a/1").pipe(take(3), toArray(), timeout(5_000));
    expect((await firstValueFrom(found$)).map(({ version }) => version)).toEqual([1, 2, 3]);
  });

  it("are loaded, and seen live", async () => {
    const store = memoryStore();
    const log = eventLog(store, codec);
    for (const n of [1, 2, 3]) await log.append("a/1", [large(n)]);
    const texts = aggregate(store, {
      category: "a",
      codec,
      decider: { initial: "", decide: () => () => right([]), evolve: (text: string, next) => text + (next[0] ?? "") },
    });
    expect(await texts.state("1")).toMatchObject({ version: 3, state: "123" });
    const states$ = texts.state$("1").pipe(take(2), timeout(5_000));
    const seen = lastValueFrom(states$);
    await log.append("a/1", [large(4)]);
    expect(await seen).toMatchObject({ version: 4, state: "1234" });
  });
});
