import { Redis } from "ioredis";
import { newId } from "../../../src/core/newId.js";
import { Ack, Retry } from "../../../src/core/Outcome.js";
import { newMessageId } from "../../../src/index.js";
import { redisStore } from "../../../src/redis.js";

const client = new Redis(Number(process.env.PORT));
await client.flushall();
const store = redisStore(client, { namespace: "perf" });
const payload =
  "1" +
  JSON.stringify({
    n: 1000000,
    customerId: "c-1000000",
    items: ["A-1007", "B-2040"],
    total: 129.95,
    express: true,
    note: "at the door",
  });
const step = (key?: string) => ({
  _tag: "Enqueue" as const,
  queue: "q",
  id: newMessageId(),
  payload,
  key,
  headers: undefined,
  delayMs: 0,
  priority: 0,
  dedupe: undefined,
});
const usec = async () =>
  Number(/cmdstat_evalsha:calls=\d+,usec=(\d+)/.exec(await client.info("commandstats"))?.[1] ?? 0);
const timed = async (f: () => Promise<any>) => {
  const a = await usec();
  const r = await f();
  return [(await usec()) - a, r] as const;
};
for (const B of [1, 16, 200, 1000])
  for (const key of [undefined, "k"]) {
    const req = {
      queue: "q",
      consumer: "c",
      max: B,
      bytesMax: 4 << 20,
      leaseMs: 30000,
      waitMsMax: 0,
      attemptsMax: 20,
      exclusive: false,
    };
    const e: number[] = [],
      l: number[] = [],
      a: number[] = [],
      r: number[] = [],
      rel: number[] = [];
    let k = 0;
    for (let i = 0; i < 60; i++) {
      await client.flushdb();
      e.push(
        (await timed(async () => store.write([Array.from({ length: B }, () => step(key && key + k++))], newId())))[0],
      );
      let [t, leases] = await timed(async () => store.lease(req));
      l.push(t);
      const settle = (o: any) =>
        store.write(
          leases.map((l: any) => [
            { _tag: "Settle" as const, queue: "q", id: l.id, token: l.token, outcome: o, cause: "x", attemptsMax: 20 },
          ]),
          newId(),
        );
      r.push((await timed(async () => settle(Retry({ cause: "x" }))))[0]);
      leases = await store.lease(req);
      a.push((await timed(async () => settle(Ack)))[0]);
    }
    const med = (x: number[]) => x.sort((p, q) => p - q)[x.length >> 1];
    console.log(B, key ?? "-", "enqueue", med(e), "lease", med(l), "ack", med(a), "retry", med(r));
  }
await store.close();
client.disconnect();
