import { Redis } from "ioredis";
import * as t from "io-ts";
import { Subject } from "rxjs";
import { redisStore } from "../../../src/redis.js";
import { queue, handle, settle } from "../../../src/index.js";
const client = new Redis(Number(process.env.PORT));
await client.flushall();
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
const q50 = (x: number[]) => { x.sort((a,b)=>a-b); return `p50 ${x[x.length>>1]!.toFixed(3)} p99 ${x[Math.floor(x.length*.99)]!.toFixed(3)}`; };
const S = 2000;
const bare = async () => {
  await client.del("s"); await client.xgroup("CREATE", "s", "g", "0", "MKSTREAM");
  const reader = client.duplicate(); await reader.ping();
  let arrived: () => void; let stop = false; const lat: number[] = []; let sent = 0;
  const loop = (async () => { while (!stop) { const r = await reader.xreadgroup("GROUP","g","c","COUNT",200,"BLOCK",200,"STREAMS","s",">") as any; if (!r) continue; for (const e of r[0][1]) { JSON.parse(e[1][1]); lat.push(performance.now()-sent); arrived(); } const ids = r[0][1].map((e:any)=>e[0]); await reader.pipeline().xack("s","g",...ids).xdel("s",...ids).exec(); } })();
  await sleep(50);
  for (let i = 0; i < S; i++) { await sleep(1); const a = new Promise<void>((r)=>{arrived=r}); sent = performance.now(); await Promise.all([client.xadd("s","*","data",'{"n":1}'), a]); }
  stop = true; await loop; reader.disconnect();
  return lat.slice(20);
};
const ours = async () => {
  const store = redisStore(client, { namespace: "lat" });
  const q = queue(store, { name: "orders", codec: t.type({n: t.number}) });
  let arrived: () => void; const lat: number[] = []; let sent = 0; const stop$ = new Subject<void>();
  const done = new Promise<void>((res) => q.messages({ prefetch: 200, stop$ }).pipe(handle(async (m) => { lat.push(performance.now()-sent); arrived(); }, { concurrency: 100 }), settle()).subscribe({ complete: res }));
  await sleep(50);
  for (let i = 0; i < S; i++) { await sleep(1); const a = new Promise<void>((r)=>{arrived=r}); sent = performance.now(); await Promise.all([q.enqueue({n:1}), a]); }
  stop$.next(); await done; await store.close();
  return lat.slice(20);
};
await ours();
console.log("ours", q50(await ours()));
client.disconnect();
