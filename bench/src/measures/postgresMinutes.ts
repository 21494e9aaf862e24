/** A queue on Postgres at its full rate for minutes: whether the rate stays, and how large the tables grow. */
import pg from "pg";
import { type Bench, type Measured, PER_SECOND } from "../bench.js";
import { sleep } from "../concurrently.js";
import { ordersFrom } from "../payload.js";
import { BULK } from "../postgres/Contestant.js";
import { startPostgres } from "../postgres/server.js";
import { sluice } from "../postgres/sluice.js";

/** So many messages stand in the queue at most: the producer waits for the consumer. */
const AHEAD = 20_000;
const LOOK_MS = 1_000;

export const minutes = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const server = await startPostgres();
  const url = await server.fresh();
  const session = await sluice.open({ url });
  const admin = new pg.Client(url);
  await admin.connect();
  let settled = 0;
  let sent = 0;
  let failure: unknown;
  const consumer = await session.consumer({
    onMessage: () => {},
    onSettled: () => {
      settled += 1;
    },
    onError: (cause) => {
      failure ??= cause;
    },
  });
  consumer.start();
  const startMs = performance.now();
  const endMs = startMs + bench.sizes.minutes * 60_000;
  const produce = async (): Promise<void> => {
    while (performance.now() < endMs && failure === undefined) {
      if (sent - settled > AHEAD) await sleep(5);
      else {
        // Numbers of one width end at some point, and need not differ here.
        await session.enqueueBulk(ordersFrom(sent % 1_000_000, BULK));
        sent += BULK;
      }
    }
  };
  const producing = produce();
  const rates: number[] = [];
  const heaps: number[] = [];
  for (let before = 0; performance.now() < endMs && failure === undefined; ) {
    await sleep(LOOK_MS);
    rates.push(settled - before);
    before = settled;
    const { rows } = await admin.query<{ readonly bytes: string }>("select pg_table_size('sluice.messages') as bytes");
    heaps.push(Number(rows[0]?.bytes ?? 0));
    bench.progress(`postgres-minutes: ${rates.at(-1)} messages/s, ${Math.round((heaps.at(-1) ?? 0) / 1e6)} MB`);
  }
  await producing;
  while (settled < sent && failure === undefined) await sleep(20);
  await consumer.stop();
  await session.close();
  await admin.end();
  await server.stop();
  if (failure !== undefined) throw new Error("the queue failed on its way", { cause: failure });
  const part = Math.max(1, Math.floor(rates.length / 10));
  const lanes = [
    { id: "first", name: "the first tenth", rounds: rates.slice(0, part) },
    { id: "last", name: "the last tenth", rounds: rates.slice(-part) },
  ];
  const title = `Postgres: enqueue and work at once for ${bench.sizes.minutes} minutes`;
  return [
    { ...PER_SECOND, id: "postgres-minutes", title, base: "first", ratio: "it ÷ base", lanes },
    {
      id: "postgres-heap",
      title: `${title}: the largest that the table of messages was`,
      unit: "bytes",
      better: "lower",
      base: "",
      ratio: "it ÷ base",
      lanes: [{ id: "sluice", name: "Sluice", rounds: [Math.max(...heaps)] }],
    },
  ];
};
