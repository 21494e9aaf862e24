/** Levels in use: the server keeps which lists hold something, so that a lease looks at no others. */
import { afterEach, describe, expect, inject, it } from "vitest";
import { Bench, payloadsOf, until } from "./bench.js";

const benches: Array<Bench> = [];
afterEach(async () => {
  for (const made of benches.splice(0)) await made.close();
});

describe("what became due at another level", () => {
  it.each([
    ["one message", 1],
    ["a burst", 3],
  ])("stays to be found when %s with a key is added before anybody leases", async (_, count) => {
    const at = new Bench(inject("redisUrl"));
    benches.push(at);
    await at.enqueue(["urgent"], { priority: 3, delayMs: 5 });
    await until(async () => {
      const [, due] = await at.admin.zrange(`${at.key}:d`, "0", "0", "WITHSCORES");
      const [seconds, micros] = await at.admin.time();
      return Number(due) < Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
    });
    const payloads = Array.from({ length: count }, (_, i) => `plain ${i}`);
    await Promise.all(payloads.map((payload, i) => at.enqueue([payload], { key: `k${i}` })));
    expect(payloadsOf(await at.lease())).toEqual(["urgent", ...payloads]);
  });
});
