/**
 * A log by hand with ioredis: a list for each stream, a Redis stream for all of them, and a key for each command, by one script. What the
 * same client does without any library; it has no types, validates nothing and tells nothing of a log that went back.
 */
import { Redis } from "ioredis";

/** What is appended, once: at this version of its stream, by a command of this id. */
export interface BareAppend {
  readonly stream: string;
  readonly version: number;
  readonly commandId: string;
  readonly data: unknown;
}

const APPEND = `
local known = redis.call("GET", KEYS[1])
if known then return known end
if redis.call("LLEN", KEYS[2]) ~= tonumber(ARGV[1]) then return redis.error_reply("CONFLICT it is at another version") end
local version = redis.call("RPUSH", KEYS[2], ARGV[2])
redis.call("XADD", KEYS[3], "*", "stream", ARGV[3], "version", version, "data", ARGV[2])
redis.call("SET", KEYS[1], version, "PX", 3600000)
return version`;

const PAGE = 1_000;

export class BareLog {
  readonly #redis: Redis;
  #sha = "";

  constructor(url: string) {
    this.#redis = new Redis(url);
  }

  async open(): Promise<this> {
    this.#sha = (await this.#redis.script("LOAD", APPEND)) as string;
    return this;
  }

  append({ stream, version, commandId, data }: BareAppend): Promise<unknown> {
    const text = JSON.stringify(data);
    return this.#redis.evalsha(this.#sha, 3, `command:${commandId}`, `stream:${stream}`, "all", version, text, stream);
  }

  async read(stream: string): Promise<ReadonlyArray<unknown>> {
    const texts = await this.#redis.lrange(`stream:${stream}`, 0, -1);
    return texts.map((text): unknown => JSON.parse(text));
  }

  /** Reads all events; answers how many. */
  async readAll(): Promise<number> {
    let count = 0;
    let after = "-";
    for (;;) {
      const page = await this.#redis.xrange("all", after, "+", "COUNT", PAGE);
      for (const [, fields] of page) {
        JSON.parse(fields[5] ?? "") as unknown;
        count += 1;
      }
      const last = page.at(-1)?.[0];
      if (last === undefined) return count;
      after = `(${last}`;
    }
  }

  async close(): Promise<void> {
    await this.#redis.quit();
  }
}
