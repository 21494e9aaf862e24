/** What a queue on Postgres is asked here: the same as one on Redis. */

import pg from "pg";
import type { Session } from "../contestants/contestant.js";
import type { Order } from "../payload.js";

export type ContestantId = "sluice" | "bare" | "graphile" | "graphile-batch" | "boss";

export interface OpenOptions {
  readonly url: string;
  /** Makes keyed messages, for those who have keys. */
  readonly key?: (order: Order) => string;
}

export interface Contestant {
  readonly id: ContestantId;
  readonly name: string;
  /** Connected and ready, with its tables made. */
  readonly open: (options: OpenOptions) => Promise<Session>;
}

/** How many connections a pool has, for everybody. */
export const POOL = 16;

/** A pool that takes the end of a connection for what it is here: its database was dropped. */
export const poolAt = (url: string): pg.Pool => {
  const pool = new pg.Pool({ connectionString: url, max: POOL });
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
};
/** How many messages go into one call of a bulk enqueue, for everybody. */
export const BULK = 1_000;
/** How many messages Sluice has in hand. */
export const PREFETCH = 400;
