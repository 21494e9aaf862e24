import { Redis } from "ioredis";
import * as t from "io-ts";
import { Subject, from, lastValueFrom } from "rxjs";
import { redisStore } from "../../../src/redis.js";
import { queue, handle, settle, enqueueTo } from "../../../src/index.js";
const client = new Redis(Number(process.env.PORT));
const N = Number(process.env.N ?? 60_000), B = 200;
const Order = t.type({ n: t.number, customerId: t.string, items: t.readonlyArray(t.string), total: t.number, express: t.boolean, note: t.string });
const orderOf = (i: number) => ({n:1000000+i,customerId:`c-${1000000+i%1000000}`,items:["A-1007","B-2040"],total:129.95,express:true,note:"at the door"});
const orders = Array.from({length: N}, (_, i) => orderOf(i));
const bare = async () => {
  await client.flushall();
  await client.xgroup("CREATE", "s", "g", "0", "MKSTREAM");
  let t0 = performance.now();
  for (let i = 0; i < N; i += B*4)
    await Promise.all([0,1,2,3].map((c) => { const pl = client.pipeline(); for (let j=0;j<B;j++) pl.xadd("s","*","data",JSON.stringify(orders[i+c*B+j])); return pl.exec(); }));
  const enq = N / (performance.now()-t0) * 1000;
  t0 = performance.now();
  let n = 0;
  while (n < N) {
    const r = await client.xreadgroup("GROUP","g","c","COUNT",B,"STREAMS","s",">") as any;
    const es = r[0][1]; n += es.length;
    const ids = es.map((e:any)=>{ JSON.parse(e[1][1]); return e[0]; });
    await client.pipeline().xack("s","g",...ids).xdel("s",...ids).exec();
  }
  return [enq, N/(performance.now()-t0)*1000] as const;
};
const ours = async (key?: (o: any) => string) => {
  await client.flushall();
  const store = redisStore(client, { namespace: "perf" });
  const q = queue(store, { name: "orders", codec: Order, key });
  await store.ready();
  let t0 = performance.now();
  await lastValueFrom(from(orders).pipe(enqueueTo(q, { sizeMax: B, concurrency: 4 })));
  const enq = N / (performance.now()-t0) * 1000;
  const stop$ = new Subject<void>();
  t0 = performance.now();
  let n = 0, t1 = 0;
  await new Promise<void>((resolve, reject) => {
    q.messages({ prefetch: B, stop$ }).pipe(handle(async () => {}, { concurrency: 100 }), settle()).subscribe({
      next: ({ outcome }) => { if (++n === N) { t1 = performance.now(); stop$.next(); } }, error: reject, complete: resolve });
  });
  const drain = N/(t1-t0)*1000;
  await store.close();
  return [enq, drain] as const;
};
const med = (x: number[]) => x.sort((a,b)=>a-b)[x.length>>1]!;
await bare(); await ours();
const R: number[] = [], E: number[] = [], K: number[] = [], O: number[]=[], Bd: number[] = [];
for (let r = 0; r < Number(process.env.R ?? 7); r++) {
  const [be, bd] = await bare(); const [oe, od] = await ours();
  R.push(od/bd); E.push(oe/be); O.push(od); Bd.push(bd);
  const [, kd] = await ours((o) => o.customerId); K.push(kd/od);
}
console.log("drain ratio", med(R).toFixed(2), "ours", med(O)|0, "bare", med(Bd)|0, "enqueue ratio", med(E).toFixed(2), "keyed/unkeyed", med(K).toFixed(2));
client.disconnect();
