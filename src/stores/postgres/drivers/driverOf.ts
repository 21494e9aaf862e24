/** Finds the driver for what a user gives: a URL, a pool, the options of one, PGlite, or a driver of their own. */
import type { Pool } from "pg";
import { invalidConfig } from "../../../core/SluiceError.js";
import type { Driver } from "./Driver.js";
import { openPool, pgDriver } from "./pg.js";
import { type PGliteInstance, pgliteDriver } from "./pglite.js";

// Own shapes of what drivers give: whoever uses only one of them needs neither the package nor the types of the other.

/** A pool of `pg`. */
export interface PgPool {
  readonly totalCount: number;
  readonly options: { readonly max: number };
  readonly connect: () => Promise<unknown>;
  readonly query: (sql: string) => Promise<unknown>;
  readonly end: () => Promise<void>;
}

/** Options of a pool of `pg`; those that are not named here go to it as they are. */
export interface PgOptions {
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string | (() => string | Promise<string>);
  readonly database?: string;
  readonly connectionString?: string;
  readonly ssl?: boolean | object;
  readonly max?: number;
  readonly [other: string]: unknown;
}

/** What a store can be made of. */
export type PostgresClient = string | PgPool | PgOptions | PGliteInstance;

export interface DriverOptions {
  readonly prepare: boolean;
  readonly statementMsMax: number;
}

/** One client for what has an order, one for hints, and one for looks. */
const ROOM_MIN = 3;

const has = (value: object, ...names: ReadonlyArray<string>): boolean =>
  names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");

const isPGlite = (client: object): client is PGliteInstance => has(client, "query", "exec", "listen");
const isPool = (client: object): client is PgPool => has(client, "query", "connect", "end") && "totalCount" in client;

export const driverOf = (client: PostgresClient, options: DriverOptions): Driver => {
  if (typeof client === "string") {
    const connectionString = checkUrl(client);
    return pgDriver({ ...options, owned: true, pool: () => openPool({ connectionString }) });
  }
  if (typeof client !== "object" || (client as object | null) === null) throw unknownClient();
  if (isPGlite(client)) return pgliteDriver(client);
  if (isPool(client)) {
    checkRoom(client);
    return pgDriver({ ...options, owned: false, pool: () => Promise.resolve(client as Pool) });
  }
  if (has(client, "query")) throw unknownClient();
  return pgDriver({ ...options, owned: true, pool: () => openPool(client) });
};

const unknownClient = () =>
  invalidConfig(
    "client",
    "client must be a URL like postgres://user:password@host:5432/database, a pool of pg, the options of a pool, or an instance of PGlite.",
  );

const checkRoom = (pool: PgPool): void => {
  if (pool.options.max >= ROOM_MIN) return;
  throw invalidConfig(
    "client",
    `The store keeps two connections of its pool and looks over a third, so the pool needs room for ${ROOM_MIN}, not ${pool.options.max}; raise its max.`,
  );
};

/** The URL as it is. It may hold a password, so an error about it shows no part of it. */
const checkUrl = (text: string): string => {
  if (/^postgres(?:ql)?:\/\//i.test(text) && URL.canParse(text)) return text;
  const why = text.trim() === "" ? "is empty (is the environment variable that holds it set?)" : "cannot be read";
  throw invalidConfig(
    "client",
    `client must be a URL like postgres://user:password@host:5432/database; this one ${why}. What is special in user or password is written as encodeURIComponent does.`,
  );
};
