/** Enqueueing in bulk, in chunks of one size for everybody: one chunk awaited after the other, and several in flight. */
import { type Bench, contestantsBut, type Measured, onFreshQueue, PER_SECOND, rate, timed } from "../bench.js";
import { BATCH, BULKS_IN_FLIGHT } from "../contestants/contestant.js";
import { ordersFrom } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

export const bulk = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const contestants = contestantsBut(bench, "sluice-batch");
  const count = bench.sizes.bulk;
  const [first, second] = [ordersFrom(0, count), ordersFrom(count, count)];
  const lanes = contestants.map((contestant) => ({
    id: contestant.id,
    run: () =>
      onFreshQueue(bench, contestant, async (session) => {
        const awaitedMs = await timed(() => session.enqueueBulk(first, 1));
        const inFlightMs = await timed(() => session.enqueueBulk(second, BULKS_IN_FLIGHT));
        await drain(session, 2 * count);
        return { awaited: rate(count, awaitedMs), inFlight: rate(count, inFlightMs) };
      }),
  }));
  const figures = await interleave(bench, "bulk", warmUpsOf(bench, 2 * count), lanes);
  const title = `Enqueue in bulk, chunks of ${BATCH}`;
  return [
    measured(figures, "awaited", contestants, {
      id: "bulk",
      title: `${title}, one awaited after the other`,
      ...PER_SECOND,
    }),
    measured(figures, "inFlight", contestants, {
      id: "bulk-4",
      title: `${title}, ${BULKS_IN_FLIGHT} in flight`,
      ...PER_SECOND,
    }),
  ];
};
