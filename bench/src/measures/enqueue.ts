/** Enqueueing one message per call: awaited one after the other, and with 50 calls in flight. */
import { type Bench, contestantsBut, type Measured, onFreshQueue, PER_SECOND, rate, timed } from "../bench.js";
import { concurrently } from "../concurrently.js";
import { ordersFrom } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

const IN_FLIGHT = 50;

export const enqueue = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const contestants = contestantsBut(bench, "sluice-batch");
  const { oneByOne, inFlight } = bench.sizes;
  const orders = ordersFrom(0, oneByOne + inFlight);
  const [first, second] = [orders.slice(0, oneByOne), orders.slice(oneByOne)];
  const lanes = contestants.map((contestant) => ({
    id: contestant.id,
    run: () =>
      onFreshQueue(bench, contestant, async (session) => {
        const awaitedMs = await timed(async () => {
          for (const order of first) await session.enqueue(order);
        });
        const inFlightMs = await timed(() => concurrently(second, IN_FLIGHT, session.enqueue));
        await drain(session, orders.length);
        return { awaited: rate(first.length, awaitedMs), inFlight: rate(second.length, inFlightMs) };
      }),
  }));
  const figures = await interleave(bench, "enqueue", warmUpsOf(bench, orders.length), lanes);
  return [
    measured(figures, "awaited", contestants, {
      id: "enqueue",
      title: "Enqueue, one awaited after the other",
      ...PER_SECOND,
    }),
    measured(figures, "inFlight", contestants, {
      id: "enqueue-50",
      title: `Enqueue, ${IN_FLIGHT} in flight`,
      ...PER_SECOND,
    }),
  ];
};
