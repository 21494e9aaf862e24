/** From the call that enqueues to the start of the handler, while the consumer has nothing else to do. */
import { type Bench, contestantsBut, type Measured, onFreshQueue, withDeadline } from "../bench.js";
import { sleep } from "../concurrently.js";
import type { Session } from "../contestants/contestant.js";
import { orderOf, Tally } from "../payload.js";
import { interleave } from "../rounds.js";
import { quantile } from "../statistics.js";
import { measured } from "./measured.js";

/** Thrown away at the start of each run: connections, scripts and code warm up. */
const WARM_UP = 100;
/** Between one message and the next: longer than any contestant takes to settle and to wait again. */
const GAP_MS = 8;
const GAP_JITTER_MS = 4;

const samplesOf = async (session: Session, count: number): Promise<ReadonlyArray<number>> => {
  const tally = new Tally(count);
  const latenciesMs: number[] = [];
  let sentMs = 0;
  let arrived: () => void;
  let fail: (cause: unknown) => void;
  let settled = 0;
  const consumer = await session.consumer({
    onMessage: (order) => {
      latenciesMs.push(performance.now() - sentMs);
      tally.mark(order);
      arrived();
    },
    onSettled: () => {
      settled += 1;
    },
    onError: (cause) => fail(cause),
  });
  consumer.start();
  await sleep(100);
  for (let index = 0; index < count; index += 1) {
    // A fixed gap could fall into step with somebody's timer.
    await sleep(GAP_MS + ((index * 7) % 5) * (GAP_JITTER_MS / 4));
    const arrival = new Promise<void>((resolve, reject) => {
      [arrived, fail] = [resolve, reject];
    });
    const order = orderOf(index);
    // Our own bookkeeping stands outside of what is measured.
    const arrives = withDeadline(arrival, () => `message ${index} did not arrive`);
    sentMs = performance.now();
    await Promise.all([session.enqueue(order), arrives]);
  }
  await consumer.stop();
  tally.assertExactly(count);
  if (settled !== count || (await session.held()) !== 0) throw new Error(`${settled} of ${count} messages settled`);
  return latenciesMs;
};

export const latency = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const contestants = contestantsBut(bench, "sluice-batch");
  const lanes = contestants.map((contestant) => ({
    id: contestant.id,
    run: () =>
      onFreshQueue(bench, contestant, async (session) => {
        const samples = (await samplesOf(session, WARM_UP + bench.sizes.latencySamples)).slice(WARM_UP);
        return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
      }),
  }));
  const figures = await interleave(bench, "latency", lanes);
  const about = { unit: "ms", better: "lower", base: "sluice", ratio: "base ÷ it" } as const;
  return [
    measured(figures, "p50", contestants, {
      id: "latency-p50",
      title: "Idle latency, enqueue to handler, p50",
      ...about,
    }),
    measured(figures, "p99", contestants, {
      id: "latency-p99",
      title: "Idle latency, enqueue to handler, p99",
      ...about,
    }),
  ];
};
