/** The log on Postgres, beside plain inserts and Emmett: appends of one event, and all events read in their order. */
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { count, filter, lastValueFrom, takeWhile } from "rxjs";
import { eventLog, eventType } from "sluice/log";
import { postgresStore } from "sluice/postgres";
import { type Bench, type Measured, rate, timed } from "../bench.js";
import { concurrently } from "../concurrently.js";
import { OrderCodec } from "../contestants/sluice.js";
import { indexOf, type Order, ordersFrom } from "../payload.js";
import { poolAt } from "../postgres/Contestant.js";
import { startPostgres } from "../postgres/server.js";
import { interleave } from "../rounds.js";
import { measured } from "./measured.js";

const STREAMS = 2_000;
const IN_FLIGHT = [1, 16, 64];
const PAGE = 1_000;

interface Log {
  /** Appends one event to a stream, whatever its version is. */
  readonly append: (stream: string, order: Order) => PromiseLike<unknown>;
  readonly close: () => PromiseLike<unknown>;
}

const openSluice = (url: string) => {
  const store = postgresStore(url);
  return { store, log: eventLog(store, eventType("OrderPlaced", OrderCodec)) };
};

const sluice = async (url: string): Promise<Log> => {
  const { store, log } = openSluice(url);
  await store.ready();
  return { append: (stream, order) => log.append(stream, [order]), close: () => store.close() };
};

/** An insert with the columns that Sluice stores, and the same indexes. Nothing is checked, numbered or told. */
const bare = async (url: string): Promise<Log> => {
  const pool = poolAt(url);
  await pool.query(`create table bare (place bigint generated always as identity unique, at timestamptz not null default now(),
    version bigint not null, id uuid not null, stream text not null, type text not null, data text not null, meta text not null,
    primary key (stream, version))`);
  const text = `insert into bare (version, id, stream, type, data, meta) values ($1, gen_random_uuid(), $2, 'OrderPlaced', $3, '')`;
  return {
    append: (stream, order) =>
      pool.query({ name: "append", text, values: [indexOf(order), stream, JSON.stringify(order)] }),
    close: () => pool.end(),
  };
};

const emmett = async (url: string): Promise<Log> => {
  const store = getPostgreSQLEventStore(url);
  await store.schema.migrate();
  return {
    append: (stream, order) => store.appendToStream(stream, [{ type: "OrderPlaced", data: { ...order } }]),
    close: () => store.close(),
  };
};

const KINDS = [
  { id: "sluice", name: "Sluice", open: sluice },
  { id: "bare", name: "plain insert, pool", open: bare },
  { id: "emmett", name: "Emmett", open: emmett },
] as const;

const PER_SECOND = { unit: "events/s", better: "higher", base: "sluice", ratio: "base ÷ it" } as const;

export const logOnPostgres = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const server = await startPostgres();
  const kinds = KINDS.filter(({ id }) => bench.peers.includes(id));
  try {
    const lanes = kinds.map(({ id, open }) => ({
      id,
      run: async () => {
        const url = await server.fresh();
        const log = await open(url);
        const found: Record<string, number> = {};
        let first = 0;
        for (const inFlight of IN_FLIGHT) {
          const orders = ordersFrom(first, inFlight === 1 ? bench.sizes.oneByOne / 2 : bench.sizes.oneByOne);
          first += orders.length;
          const ms = await timed(() =>
            concurrently(orders, inFlight, (order) => log.append(`orders-${indexOf(order) % STREAMS}`, order)),
          );
          found[inFlight] = rate(orders.length, ms);
        }
        await log.close();
        return found;
      },
    }));
    const figures = await interleave(bench, "postgres-log", 1, lanes);
    return [
      ...IN_FLIGHT.map((inFlight) =>
        measured(figures, String(inFlight), kinds, {
          id: `postgres-append-${inFlight}`,
          title: `Postgres: append of one event, ${inFlight} in flight`,
          ...PER_SECOND,
        }),
      ),
      ...(bench.peers.includes("sluice") ? [await catchUp(bench, await server.fresh())] : []),
    ];
  } finally {
    await server.stop();
  }
};

/** All events, read by the typed feed from the first on. */
const catchUp = async (bench: Bench, url: string): Promise<Measured> => {
  const { store, log } = openSluice(url);
  const total = bench.sizes.projected;
  for (let at = 0; at < total; at += PAGE) await log.append(`orders-${at}`, ordersFrom(at, PAGE));
  const rounds: number[] = [];
  for (let round = 0; round <= bench.rounds; round += 1) {
    let found = 0;
    const ms = await timed(async () => {
      found = await lastValueFrom(
        log.feed({ pageSizeMax: PAGE }).pipe(
          takeWhile(({ _tag }) => _tag !== "CaughtUp"),
          filter(({ _tag }) => _tag === "Event"),
          count(),
        ),
      );
    });
    if (found !== total) throw new Error(`${found} events were read of ${total}`);
    if (round > 0) rounds.push(rate(found, ms));
  }
  await store.close();
  return {
    ...PER_SECOND,
    id: "postgres-catch-up",
    title: `Postgres: ${total.toLocaleString("en")} events read in their order, in pages of ${PAGE.toLocaleString("en")}`,
    lanes: [{ id: "sluice", name: "Sluice", rounds }],
  };
};
