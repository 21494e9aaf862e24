/** Draining a backlog with a handler that does nothing. */
import { type Bench, type Measured, onFreshQueue, PER_SECOND, rate } from "../bench.js";
import { CONCURRENCY } from "../contestants/contestant.js";
import { ordersFrom } from "../payload.js";
import { interleave } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

export const drainBacklog = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const count = bench.sizes.drain;
  const orders = ordersFrom(0, count);
  const lanes = bench.contestants.map((contestant) => ({
    id: contestant.id,
    run: () =>
      onFreshQueue(bench, contestant, async (session) => {
        await session.enqueueBulk(orders);
        globalThis.gc?.();
        return { rate: rate(count, await drain(session, count)) };
      }),
  }));
  const title = `Drain ${count.toLocaleString("en")} messages, promise handler, concurrency ${CONCURRENCY}`;
  return [
    measured(await interleave(bench, "drain", lanes), "rate", bench.contestants, { id: "drain", title, ...PER_SECOND }),
  ];
};
