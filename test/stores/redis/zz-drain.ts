import { Redis } from "ioredis";
import { redisStore } from "../../../src/redis.js";
import { newMessageId } from "../../../src/index.js";
import { Ack } from "../../../src/core/Outcome.js";
import { newId } from "../../../src/core/newId.js";
const client = new Redis(Number(process.env.PORT));
await client.flushall();
const store = redisStore(client, { namespace: "perf" });
const payload = "1" + JSON.stringify({n:1000000,customerId:"c-1000000",items:["A-1007","B-2040"],total:129.95,express:true,note:"at the door"});
const B = 200, N = 300_000;
const step = () => ({ _tag: "Enqueue" as const, queue: "q", id: newMessageId(), payload, key: undefined, headers: undefined, delayMs: 0, priority: 0, dedupe: undefined });
const req = { queue: "q", consumer: "c", max: B, bytesMax: 4<<20, leaseMs: 30000, waitMsMax: 0, attemptsMax: 20, exclusive: false };
let t = performance.now();
for (let i = 0; i < N; i += B*4)
    await Promise.all([0,1,2,3].map(() => store.write([Array.from({length:B}, () => step())], newId()).then((x)=>x)));
console.log("enq", N/(performance.now()-t)*1000|0);
t = performance.now();
let n = 0;
let next = store.lease({...req}).then(x=>x);
const cpu0 = process.cpuUsage();
while (n < N) {
    const leases = await next;
    n += leases.length;
    for (const l of leases) JSON.parse(l.payload.slice(1));
    const w = store.write(leases.map((l) => [{ _tag: "Settle" as const, queue: "q", id: l.id, token: l.token, outcome: Ack, cause: "", attemptsMax: 20 }]), newId()).then(x=>x);
    next = store.lease({...req}).then(x=>x);
    await w;
}
await next;
const cpu = process.cpuUsage(cpu0);
console.log("drain", N/(performance.now()-t)*1000|0, "cpu us/msg", (cpu.user+cpu.system)/N);
await store.close(); client.disconnect();
