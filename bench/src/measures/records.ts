/** Records on Redis: a page of 50 of an index among few and among many, and their bytes. */
import { atomically } from "sluice";
import { records, sortOf } from "sluice/records";
import { redisStore } from "sluice/redis";
import { type Bench, type Measured, timed } from "../bench.js";
import { OrderCodec } from "../contestants/sluice.js";
import { ordersFrom, PAYLOAD_BYTES } from "../payload.js";
import { usedBytes } from "./memory.js";

const PAGE = 50;
const PAGES = 200;
const CHUNK = 500;

export const pages = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { backlogLow, backlogHigh } = bench.sizes;
  await bench.redis.clear();
  const store = redisStore(bench.redis.url, { namespace: "bench" });
  const orders = records(store, {
    name: "orders",
    codec: OrderCodec,
    indexes: { byCustomer: ({ customerId, n }) => ({ sort: sortOf(n, customerId) }) },
  });
  const fill = async (from: number, upTo: number): Promise<void> => {
    for (let at = from; at < upTo; at += CHUNK)
      await atomically(ordersFrom(at, Math.min(CHUNK, upTo - at)).map((order) => orders.put(String(order.n), order)));
  };
  /** The mean time of a page of the middle. */
  const round = async (): Promise<number> => {
    const first = await orders.page("byCustomer", { limit: PAGE });
    let after = first.next;
    const ms = await timed(async () => {
      for (let n = 0; n < PAGES; n += 1) {
        const page = await orders.page("byCustomer", { limit: PAGE, after });
        after = page.next ?? first.next;
      }
    });
    return ms / PAGES;
  };
  const low: number[] = [];
  const high: number[] = [];
  await fill(0, backlogLow);
  await round();
  for (let n = 0; n < bench.rounds; n += 1) low.push(await round());
  const before = await usedBytes(bench.redis.admin);
  bench.progress(`records: ${backlogHigh} records are stored`);
  await fill(backlogLow, backlogHigh);
  const bytes = ((await usedBytes(bench.redis.admin)) - before) / (backlogHigh - backlogLow);
  for (let n = 0; n < bench.rounds; n += 1) high.push(await round());
  await store.close();
  await bench.redis.clear();
  return [
    {
      id: "records-page",
      title: `A page of ${PAGE} records of an index`,
      unit: "ms",
      better: "lower",
      base: "low",
      ratio: "it ÷ base",
      lanes: [
        { id: "low", name: `among ${backlogLow.toLocaleString("en")}`, rounds: low },
        { id: "high", name: `among ${backlogHigh.toLocaleString("en")}`, rounds: high },
      ],
    },
    {
      id: "records-bytes",
      title: `Redis memory of a record of ${PAYLOAD_BYTES} bytes in one index`,
      unit: "bytes",
      better: "lower",
      base: "",
      ratio: "it ÷ base",
      lanes: [{ id: "sluice", name: "Sluice", rounds: [bytes] }],
    },
  ];
};
