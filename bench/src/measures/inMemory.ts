/** Sluice on its memory store: what the library itself costs, without Redis and network. */
import { memoryStore } from "sluice/memory";
import { type Bench, type Measured, PER_SECOND, rate, timed } from "../bench.js";
import { perMessage } from "../contestants/sluice.js";
import { ordersFrom } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

export const inMemory = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const orders = ordersFrom(0, bench.sizes.inMemory);
  const kinds = [200, 1_000].map((prefetch) => ({
    id: `prefetch-${prefetch}`,
    name: `prefetch ${prefetch}`,
    prefetch,
  }));
  const lanes = kinds.map(({ id, prefetch }) => ({
    id,
    run: async () => {
      const session = perMessage(memoryStore(), "orders", prefetch);
      const enqueueMs = await timed(() => session.enqueueBulk(orders));
      globalThis.gc?.();
      const drainMs = await drain(session, orders.length);
      await session.close();
      return { drain: rate(orders.length, drainMs), enqueue: rate(orders.length, enqueueMs) };
    },
  }));
  const figures = await interleave(bench, "in-memory", warmUpsOf(bench, orders.length), lanes);
  const about = { ...PER_SECOND, base: "prefetch-200", ratio: "it ÷ base" } as const;
  return [
    measured(figures, "drain", kinds, {
      id: "in-memory",
      title: "Sluice in memory, drain by a promise handler",
      ...about,
    }),
    measured(figures, "enqueue", kinds, {
      id: "in-memory-enqueue",
      title: "Sluice in memory, enqueue in bulk",
      ...about,
    }),
  ];
};
