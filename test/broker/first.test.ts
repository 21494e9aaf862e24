import assert from "node:assert/strict";
import * as t from "io-ts";
import { firstValueFrom, take, toArray } from "rxjs";
import { expect, test } from "vitest";
import { broker, on } from "../../src/entries/broker.js";
import { eventCodec, eventLog } from "../../src/entries/log.js";
import { memoryStore } from "../../src/entries/memory.js";

const codec = eventCodec(
  t.union([t.type({ type: t.literal("Inc"), by: t.number }), t.type({ type: t.literal("Dec"), by: t.number })]),
  { tag: "type" },
);

test("one target, two reactions", async () => {
  const store = memoryStore();
  const log = eventLog(store, codec);
  const seen: Array<string> = [];
  const inc = on(codec, "Inc")
    .do(async ({ event }) => seen.push(`inc ${event.by}`), { name: "inc" })
    .to("x");
  const dec = on(codec, "Dec")
    .do(
      async ({ event }) => {
        seen.push(`dec ${event.by}`);
        throw new Error("no");
      },
      { name: "dec", attemptsMax: 3, backoff: { initialMs: 0 } },
    )
    .to("x");
  const b = broker(store, { name: "b", reactions: [inc, dec] });
  const appended = await log.append("a/1", [
    { type: "Inc", by: 1 },
    { type: "Inc", by: 2 },
    { type: "Dec", by: 3 },
  ]);
  await log.append("a/2", [{ type: "Inc", by: 9 }]);
  const idle = await b.runUntilIdle();
  expect(seen).toEqual(["inc 1", "inc 2", "dec 3", "dec 3", "dec 3"]);
  expect(idle).toEqual({ fetched: 4, delivered: 5, acked: 2, blocked: 1 });
  const [blocked] = (await b.blockedStreams()).items;
  assert(blocked);
  expect(blocked.stream).toBe("x");
  expect(blocked.recorded.version).toBe(3);
  expect(await b.position("x")).toBe(blocked.position);
  expect(await b.position("other")).not.toBe(appended.position);
  expect(await b.skip("x")).toBe(1);
  await b.runUntilIdle();
  expect(seen.at(-1)).toBe("inc 9");
  seen.length = 0;
  expect(await b.reset("x")).toBe(1);
  expect(await b.position("x")).toBe(undefined);
  await b.runUntilIdle();
  expect(seen).toEqual(["inc 1", "inc 2", "dec 3", "dec 3", "dec 3"]);
  console.log(await firstValueFrom(b.status$));
  const told = b.run().pipe(take(3), toArray());
  const p = firstValueFrom(told);
  await b.unblock({ prefix: "" });
  expect((await p).map((one) => one._tag)).toEqual(["Retrying", "Retrying", "Blocked"]);
});
