import { Redis } from "ioredis";
import { scripts } from "../../../src/stores/redis/scripts.generated.js";
const client = new Redis(Number(process.env.PORT));
await client.flushall();
const lua = scripts.lease.lua;
const sha = await client.script("LOAD", lua) as string;
const run = async (s: string, name: string, keys: string[], args: string[]) => {
  await client.config("RESETSTAT");
  for (let i = 0; i < 50; i++) { const p = client.pipeline(); for (let j = 0; j < 100; j++) p.call("evalsha", [s, String(keys.length), ...keys, ...args]); await p.exec(); }
  console.log(name, /cmdstat_evalsha:(.*)/.exec(await client.info("commandstats"))?.[1]);
};
await run(sha, "lease empty", ["{x}:q:a", "{x}:q:a:c:s"], ["", "1", "req", "200", "4000000", "30000", "20", "1000", ""]);
// only the definitions
const cut = lua.slice(0, lua.indexOf('redis.call("HDEL", key, "-")'));
const sha2 = await client.script("LOAD", cut + "\nreturn 1") as string;
await run(sha2, "definitions only", ["{x}:q:a", "{x}:q:a:c:s"], ["", "1", "req", "200", "4000000", "30000", "20", "1000", ""]);
const sha3 = await client.script("LOAD", "return 1") as string;
await run(sha3, "return 1", ["{x}:q:a"], []);
client.disconnect();
