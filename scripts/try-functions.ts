/**
 * Tries the functions of Redis 7 with the scripts of this version: what docs/decisions/0001-scripts-not-functions.md says was
 * printed by `npx tsx scripts/try-functions.ts`. It starts servers of its own and needs `redis-server` 7.
 */
import { Redis } from "ioredis";
import { scriptSource } from "../src/stores/redis/scripts/scriptSource.js";
import { includes, type ScriptName, scripts } from "../src/stores/redis/scripts/scripts.generated.js";
import { includeIn } from "../src/stores/redis/scripts/splice.js";
import { startRedisCluster } from "../test/support/redisCluster.js";
import { startRedisServer } from "../test/support/redisServer.js";

const names = Object.keys(scripts) as ReadonlyArray<ScriptName>;
/** Under full memory a function is refused as a whole, unless it has this flag; then nothing of it is. */
const adds: ReadonlyArray<ScriptName> = ["enqueue", "enqueueEach"];

const register = (name: string, flags: string, body: string): string =>
  `redis.register_function{ function_name = "${name}", flags = {${flags}}, callback = function(KEYS, ARGV)\n${body}\nend }\n`;

/** Every script as a function of one library, its includes within it: the code that EVALSHA runs. */
const libraryOf = (version: string): string =>
  names.reduce(
    (text, name) =>
      text + register(`${version}_${name}`, adds.includes(name) ? "" : '"allow-oom"', scriptSource(name).lua),
    `#!lua name=${version}\n`,
  );

/** The same with every include defined once, when the library is loaded. */
const sharedLibraryOf = (version: string): string => {
  let text = `#!lua name=${version}\n`;
  const done = new Set<string>();
  const bare = (of: string): string =>
    of
      .split("\n")
      .filter((line) => includeIn(line) === undefined)
      .join("\n");
  const define = (name: string): void => {
    if (done.has(name)) return;
    done.add(name);
    const own = includes[name] ?? "";
    for (const line of own.split("\n")) {
      const inner = includeIn(line);
      if (inner !== undefined) define(inner);
    }
    // While a library is loaded, Lua has no `string`.
    text += bare(own).replace(/string\.rep\("(.*?)", (\d+)\)/g, (_, part: string, count: string) =>
      JSON.stringify(part.repeat(Number(count))),
    );
  };
  for (const name of Object.keys(includes)) define(name);
  for (const name of names)
    text += register(`${version}_${name}`, adds.includes(name) ? "" : '"allow-oom"', bare(scripts[name]));
  return text;
};

const say = (what: string, found: unknown): void => console.log(`${what.padEnd(58)} ${String(found)}`);
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    (reply) => `passes: ${String(reply).slice(0, 60)}`,
    (cause: unknown) => `refused: ${cause instanceof Error ? cause.message.slice(0, 110) : String(cause)}`,
  );
const infoOf = async (redis: Redis, section: string, field: string): Promise<number> =>
  Number(new RegExp(`^${field}:(\\d+)`, "m").exec(await redis.info(section))?.[1]);

type Call = (name: ScriptName, keys: ReadonlyArray<string>, args: ReadonlyArray<string>) => [string, ...Array<string>];
const ways: ReadonlyArray<readonly [label: string, call: Call]> = [
  ["EVALSHA", (name, keys, args) => ["evalsha", scriptSource(name).sha, String(keys.length), ...keys, ...args]],
  ["FCALL", (name, keys, args) => ["fcall", `v1_${name}`, String(keys.length), ...keys, ...args]],
  ["FCALL, includes shared", (name, keys, args) => ["fcall", `v2_${name}`, String(keys.length), ...keys, ...args]],
];

const COUNT = 2_000;

/** The server's µs per call of these calls. */
const costOf = async (redis: Redis, calls: ReadonlyArray<[string, ...Array<string>]>): Promise<number> => {
  await redis.config("RESETSTAT");
  const pipeline = redis.pipeline();
  for (const [command, ...args] of calls) pipeline.call(command, ...args);
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
  return Number(/cmdstat_(?:evalsha|fcall):.*?usec_per_call=([\d.]+)/.exec(await redis.info("commandstats"))?.[1]);
};

/** A round of one way: µs per call of enqueues, leases, acks and requests for counts. */
const roundOf = async (redis: Redis, call: Call): Promise<ReadonlyArray<number>> => {
  const key = "{try}:q:q";
  const ids = Array.from({ length: COUNT }, (_, i) => i.toString(16).padStart(32, "0"));
  const enqueues = await costOf(
    redis,
    ids.map((id) => call("enqueue", [`{try}:w:${id}`, key], ["", "0", "0", `00000${id}${"x".repeat(70)}`])),
  );
  const rest = ["1", "1000000", "30000", "20", "100", "", "0", "50", "empty"];
  const leases = await costOf(
    redis,
    ids.map((id, i) => call("lease", [key, `${key}:c:s`], ["", String(i + 1), `request-${id}`, ...rest])),
  );
  const tokens = (await redis.hkeys(`${key}:l`)).sort();
  const acks = await costOf(
    redis,
    tokens.map((token, i) => call("ack", [`{try}:w:a${i}`, key, `${key}:l`, `${key}:x`], ["", "0", "0", token])),
  );
  const stats = await costOf(
    redis,
    ids.map(() => call("stats", [key], [""])),
  );
  await redis.flushall();
  return [enqueues, leases, acks, stats];
};

/** The least and the median. */
const shown = (values: ReadonlyArray<number>): string => {
  const sorted = [...values].sort((a, b) => a - b);
  return `${sorted[0]?.toFixed(1)} (${sorted[sorted.length >> 1]?.toFixed(1)})`;
};

/** What all scripts take of a server of their own that has nothing else. */
const memory = async (): Promise<void> => {
  const loads: ReadonlyArray<readonly [what: string, load: (redis: Redis) => Promise<unknown>]> = [
    ["SCRIPT LOAD", (at) => Promise.all(names.map((name) => at.script("LOAD", scriptSource(name).lua)))],
    ["FUNCTION LOAD", (at) => at.function("LOAD", libraryOf("v1"))],
    ["FUNCTION LOAD, includes shared", (at) => at.function("LOAD", sharedLibraryOf("v2"))],
  ];
  for (const [what, load] of loads) {
    const server = await startRedisServer();
    const redis = new Redis(server.url);
    const before = await infoOf(redis, "memory", "used_memory");
    const startMs = performance.now();
    await load(redis);
    const tookMs = performance.now() - startMs;
    const vm =
      (await infoOf(redis, "memory", "used_memory_vm_eval")) +
      (await infoOf(redis, "memory", "used_memory_vm_functions"));
    const own = (await infoOf(redis, "memory", "used_memory")) - before;
    say(
      `memory: ${what}`,
      `Lua ${Math.round(vm / 1_024)} KiB, else ${Math.round(own / 1_024)} KiB, loaded in ${tookMs.toFixed(0)} ms`,
    );
    redis.disconnect();
    await server.stop();
  }
};

const cost = async (redis: Redis): Promise<void> => {
  for (const name of names) await redis.script("LOAD", scriptSource(name).lua);
  await redis.function("LOAD", libraryOf("v1"));
  await redis.function("LOAD", sharedLibraryOf("v2"));
  const rounds = ways.map(() => [] as Array<ReadonlyArray<number>>);
  for (let round = 0; round < 15; round++)
    for (let i = 0; i < ways.length; i++) {
      const way = (round + i) % ways.length;
      const call = ways[way]?.[1];
      if (call !== undefined) rounds[way]?.push(await roundOf(redis, call));
    }
  for (const [at, what] of ["enqueue", "lease of one", "ack of one", "stats"].entries())
    say(
      `µs of ${what}, least (median) of 15 interleaved rounds`,
      ways.map(([label], way) => `${label} ${shown((rounds[way] ?? []).map((row) => row[at] ?? 0))}`).join(" · "),
    );
};

const lives = async (redis: Redis, replica: Redis): Promise<void> => {
  const sha = scriptSource("stats").sha;
  const known = async (at: Redis): Promise<string> =>
    `script ${String(await at.script("EXISTS", sha))}, libraries ${(await at.function("LIST")).length}`;
  say("known at first", await known(redis));
  await redis.flushall();
  say("known after FLUSHALL", await known(redis));
  await redis.wait(1, 2_000);
  say("known to a replica, and so after a failover", await known(replica));
  say(
    "FCALL after FUNCTION FLUSH",
    await outcome(redis.function("FLUSH").then(() => redis.fcall("v1_stats", 1, "{t}:q:q", ""))),
  );
  say("library once more", await outcome(redis.function("LOAD", libraryOf("v1"))));
  say(
    "another library with the same function names",
    await outcome(redis.function("LOAD", libraryOf("v1").replace("name=v1", "name=w1"))),
  );
  say(
    "that library in place of the former (REPLACE)",
    await outcome(redis.function("LOAD", "REPLACE", libraryOf("v1").replace("+ 0", "+  0"))),
  );
  say("another version with names of its own", await outcome(redis.function("LOAD", libraryOf("v3"))));
};

const cluster = async (): Promise<void> => {
  const nodes = await startRedisCluster(2);
  const clients = nodes.nodes.map(({ url }) => new Redis(url));
  await clients[0]?.function("LOAD", libraryOf("v1"));
  for (const [at, client] of clients.entries())
    say(`cluster: libraries of node ${at}, after a load at node 0`, (await client.function("LIST")).length);
  for (const client of clients) client.disconnect();
  await nodes.stop();
};

const rights = async (redis: Redis, url: string): Promise<void> => {
  const commands = ["+eval", "+evalsha", "+fcall", "+hmget", "+hget", "+hlen", "+llen", "+zcard", "+zcount", "+time"];
  const others = ["+zrangebyscore", "+lindex", "+getrange", "+info"];
  await redis.call("ACL", "SETUSER", "narrow", "on", "nopass", "resetkeys", "~{t}:*", ...commands, ...others);
  const narrow = new Redis(url, { username: "narrow", password: "x", enableReadyCheck: false });
  say("EVAL by a user of one namespace", await outcome(narrow.eval(scriptSource("stats").lua, 1, "{t}:q:q", "")));
  say("FCALL by that user", await outcome(narrow.fcall("v1_stats", 1, "{t}:q:q", "")));
  say("FUNCTION LOAD by that user", await outcome(narrow.function("LOAD", libraryOf("v4"))));
  await redis.call("ACL", "SETUSER", "narrow", "+function|load");
  say(
    "REPLACE of another tenant's library, once it may load",
    await outcome(narrow.function("LOAD", "REPLACE", libraryOf("v3"))),
  );
  narrow.disconnect();
};

const fullMemory = async (redis: Redis): Promise<void> => {
  for (const name of names) await redis.script("LOAD", scriptSource(name).lua);
  await redis.config("SET", "maxmemory", "1");
  for (const [label, call] of ways.slice(0, 2)) {
    const [command, ...add] = call("enqueue", ["{t}:w:1", "{t}:q:q"], ["", "0", "0", `00000${"0".repeat(32)}x`]);
    say(`full memory: enqueue by ${label}`, await outcome(redis.call(command, ...add)));
    const [, ...end] = call("cancel", ["{t}:q:q", "{t}:q:q:c:s"], ["", "1", "r"]);
    say(`full memory: cancel by ${label}`, await outcome(redis.call(command, ...end)));
  }
  const plain = libraryOf("v5").replaceAll('"allow-oom"', "");
  await redis.config("SET", "maxmemory", "0");
  await redis.function("LOAD", plain);
  await redis.config("SET", "maxmemory", "1");
  say(
    "full memory: cancel by FCALL without its flag",
    await outcome(redis.fcall("v5_cancel", 2, "{t}:q:q", "{t}:q:q:c:s", "", "1", "r")),
  );
  await redis.config("SET", "maxmemory", "0");
};

const server = await startRedisServer();
const copy = await startRedisServer();
const redis = new Redis(server.url);
const replica = new Redis(copy.url);
await replica.replicaof(server.host, server.port);
say(
  "bytes: all scripts, library, library with shared includes",
  [
    names.reduce((sum, name) => sum + scriptSource(name).lua.length, 0),
    libraryOf("v1").length,
    sharedLibraryOf("v2").length,
  ].join(", "),
);
await memory();
await cost(redis);
await lives(redis, replica);
await rights(redis, server.url);
await fullMemory(redis);
await cluster();
redis.disconnect();
replica.disconnect();
await copy.stop();
await server.stop();
