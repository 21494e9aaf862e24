/**
 * Reactions by hand with ioredis: one Redis stream as the log, a list for each target, and a list of the targets that are at rest and have
 * something. One script puts a page of events into the lines, with the place in the log; another one takes the acknowledged events out of
 * their lines and hands the next ones out.
 *
 * It promises the order of each target, and one event of it at a time, as long as the process lives. What a process that dies has in
 * hand nobody is given again. It has no leases, retries, backoff, blocks, priorities or types, and decodes events alone.
 */
import { Redis } from "ioredis";
import { chunksOf, concurrently } from "../concurrently.js";
import { indexOf, type Order, orderOf, ordersFrom } from "../payload.js";
import type { Reactions, ReactionsLane, ReactionsOptions } from "./reactions.js";
import { targetOf } from "./reactions.js";

const LOG = "log";
const PLACE = "place";
const READY = "ready";
const PAGE = 500;
const IN_HAND = 200;
const COMMITS = 16;
const WAIT_MS = 5_000;

const CORRELATE = `
for i = 2, #ARGV, 2 do
  if redis.call("RPUSH", "line:" .. ARGV[i], ARGV[i + 1]) == 1 then redis.call("RPUSH", KEYS[2], ARGV[i]) end
end
redis.call("SET", KEYS[1], ARGV[1])`;

const ACK_AND_TAKE = `
for i = 2, #ARGV do
  local line = "line:" .. ARGV[i]
  redis.call("LPOP", line)
  if redis.call("EXISTS", line) == 1 then redis.call("RPUSH", KEYS[1], ARGV[i]) end
end
local heads = redis.call("LPOP", KEYS[1], ARGV[1]) or {}
local taken = {}
for i, target in ipairs(heads) do
  taken[2 * i - 1] = target
  taken[2 * i] = redis.call("LINDEX", "line:" .. target, 0)
end
return taken`;

type Page = ReadonlyArray<readonly [id: string, fields: ReadonlyArray<string>]>;

class BareReactions implements Reactions {
  readonly #redis: Redis;
  /** Blocking reads hold a connection. */
  readonly #reading: Redis;
  readonly #options: ReactionsOptions;
  #scripts: readonly [correlate: string, take: string] = ["", ""];
  #place = "0";
  #done = 0;
  #closed = false;
  #committed: number;

  constructor(url: string, options: ReactionsOptions) {
    this.#redis = new Redis(url);
    this.#reading = new Redis(url);
    this.#options = options;
    this.#committed = options.events;
  }

  async open(): Promise<this> {
    const [correlate, take] = await Promise.all(
      [CORRELATE, ACK_AND_TAKE].map((lua) => this.#redis.script("LOAD", lua)),
    );
    this.#scripts = [correlate as string, take as string];
    await concurrently(chunksOf(ordersFrom(0, this.#options.events), PAGE), COMMITS, async (orders) => {
      const pipeline = this.#redis.pipeline();
      for (const order of orders) pipeline.xadd(LOG, "*", "data", JSON.stringify(order));
      await pipeline.exec();
    });
    return this;
  }

  async correlate(): Promise<void> {
    for (;;) {
      const page = await this.#redis.xrange(LOG, `(${this.#place}`, "+", "COUNT", PAGE);
      if (page.length === 0) return;
      await this.#store(page);
    }
  }

  async catchUp(): Promise<void> {
    await this.correlate();
    let acked: ReadonlyArray<string> = [];
    while (this.#done < this.#options.events) {
      acked = await this.#handle(await this.#take(acked));
    }
    await this.#take(acked);
  }

  follow(): void {
    void this.#follow();
  }

  commit(): Promise<unknown> {
    return this.#redis.xadd(LOG, "*", "data", JSON.stringify(orderOf(this.#committed++)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#reading.disconnect();
    await this.#redis.quit();
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      const read = await this.#reading
        .xread("COUNT", PAGE, "BLOCK", WAIT_MS, "STREAMS", LOG, this.#place)
        .catch((cause) => {
          if (!this.#closed) throw cause;
          return null;
        });
      const page = read?.[0]?.[1];
      if (page === undefined) continue;
      await this.#store(page);
      let acked: ReadonlyArray<string> = [];
      do {
        acked = await this.#handle(await this.#take(acked));
      } while (acked.length > 0);
    }
  }

  async #store(page: Page): Promise<void> {
    const last = page.at(-1)?.[0] ?? this.#place;
    const args: Array<string> = [];
    for (const [, [, data = ""]] of page) {
      const order = JSON.parse(data) as Order;
      args.push(targetOf(indexOf(order), this.#options.streams), data);
    }
    await this.#redis.evalsha(this.#scripts[0], 2, PLACE, READY, last, ...args);
    this.#place = last;
  }

  /** Targets and events, in turns. */
  async #take(acked: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
    return (await this.#redis.evalsha(this.#scripts[1], 1, READY, IN_HAND, ...acked)) as ReadonlyArray<string>;
  }

  /** Answers the targets whose events were handled. */
  async #handle(taken: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
    const targets: Array<string> = [];
    const works: Array<Promise<void>> = [];
    for (let i = 0; i < taken.length; i += 2) {
      targets.push(taken[i] ?? "");
      works.push(this.#react(JSON.parse(taken[i + 1] ?? "") as Order));
    }
    await Promise.all(works);
    this.#done += targets.length;
    return targets;
  }

  async #react(order: Order): Promise<void> {
    this.#options.onReaction(indexOf(order));
  }
}

export const bareLanes = (url: string): ReadonlyArray<ReactionsLane> => [
  { id: "bare", name: "by hand with ioredis", open: (options) => new BareReactions(url, options).open() },
];
