/** Enqueueing in bulk, in chunks of one size for everybody. */
import { type Bench, contestantsBut, type Measured, onFreshQueue, PER_SECOND, rate, timed } from "../bench.js";
import { BATCH, BULKS_IN_FLIGHT } from "../contestants/contestant.js";
import { ordersFrom } from "../payload.js";
import { interleave } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

export const bulk = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const contestants = contestantsBut(bench, "sluice-batch");
  const orders = ordersFrom(0, bench.sizes.bulk);
  const lanes = contestants.map((contestant) => ({
    id: contestant.id,
    run: () =>
      onFreshQueue(bench, contestant, async (session) => {
        const elapsedMs = await timed(() => session.enqueueBulk(orders));
        await drain(session, orders.length);
        return { rate: rate(orders.length, elapsedMs) };
      }),
  }));
  const title = `Enqueue in bulk, chunks of ${BATCH}, ${BULKS_IN_FLIGHT} in flight`;
  return [measured(await interleave(bench, "bulk", lanes), "rate", contestants, { id: "bulk", title, ...PER_SECOND })];
};
