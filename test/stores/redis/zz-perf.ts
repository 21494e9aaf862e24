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
console.log("payload bytes", payload.length);
const B = 200,
  N = Number(process.env.N ?? 100_000);
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
const us = async () => {
  const i = await client.info("commandstats");
  const out: Record<string, string> = {};
  for (const m of i.matchAll(/cmdstat_(eval|evalsha|rpush|xadd):calls=(\d+),usec=(\d+),usec_per_call=([\d.]+)/g))
    out[m[1]!] = `${m[2]} calls ${m[4]} us`;
  return out;
};
const bare = async () => {
  await client.flushall();
  await client.xgroup("CREATE", "s", "g", "0", "MKSTREAM");
  const p = payload.slice(1);
  let t = performance.now();
  for (let i = 0; i < N; i += B * 4) {
    await Promise.all(
      [0, 1, 2, 3].map(() => {
        const pl = client.pipeline();
        for (let j = 0; j < B; j++) pl.xadd("s", "*", "data", p);
        return pl.exec();
      }),
    );
  }
  const enq = (N / (performance.now() - t)) * 1000;
  t = performance.now();
  let n = 0;
  while (n < N) {
    const r = (await client.xreadgroup("GROUP", "g", "c", "COUNT", B, "STREAMS", "s", ">")) as any;
    const es = r[0][1];
    n += es.length;
    const ids = es.map((e: any) => {
      JSON.parse(e[1][1]);
      return e[0];
    });
    await client
      .pipeline()
      .xack("s", "g", ...ids)
      .xdel("s", ...ids)
      .exec();
  }
  return { enq: Math.round(enq), drain: Math.round((N / (performance.now() - t)) * 1000) };
};
const ours = async (keyed = false, max = B) => {
  await client.flushall();
  const mem0 = Number(/used_memory:(\d+)/.exec(await client.info("memory"))![1]);
  let t = performance.now();
  await client.config("RESETSTAT");
  let k = 0;
  for (let i = 0; i < N; i += B * 4)
    await Promise.all(
      [0, 1, 2, 3].map(() =>
        store
          .write([Array.from({ length: B }, () => step(keyed ? `k${k++ % 1000}` : undefined))], newId())
          .then((x) => x),
      ),
    );
  const enq = (N / (performance.now() - t)) * 1000;
  const s1 = await us();
  const mem1 = Number(/used_memory:(\d+)/.exec(await client.info("memory"))![1]);
  await client.config("RESETSTAT");
  t = performance.now();
  let n = 0;
  let next = store.lease({ ...req, max }).then((x) => x);
  while (n < N) {
    const leases = await next;
    n += leases.length;
    for (const l of leases) JSON.parse(l.payload.slice(1));
    const w = store
      .write(
        leases.map((l) => [
          { _tag: "Settle" as const, queue: "q", id: l.id, token: l.token, outcome: Ack, cause: "", attemptsMax: 20 },
        ]),
        newId(),
      )
      .then((x) => x);
    next = store.lease({ ...req, max }).then((x) => x);
    await w;
  }
  await next;
  const drain = (N / (performance.now() - t)) * 1000;
  return { enq: Math.round(enq), drain: Math.round(drain), bytes: ((mem1 - mem0) / N).toFixed(1), s1, s2: await us() };
};
await bare();
await ours();
for (let r = 0; r < 3; r++) {
  console.log("bare", await bare());
  console.log("ours", await ours());
}
console.log("keyed", await ours(true));
console.log("1000", await ours(false, 1000));
await store.close();
client.disconnect();
