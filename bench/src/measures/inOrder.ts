/** A backlog that must be worked one message after the other: all of one key, or with one handler at a time. */
import { type Bench, contestantsBut, type Measured, onFreshQueue, PER_SECOND, rate } from "../bench.js";
import { ordersFrom } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

export const inOrder = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const count = bench.sizes.inOrder;
  const orders = ordersFrom(0, count);
  // The bare loop is one consumer and so in order anyway: it is in the drain. bee-queue is no contestant of order.
  const contestants = contestantsBut(bench, "sluice-batch", "bare", "bee");
  const lanes = contestants.map((contestant) => ({
    id: contestant.id,
    run: () =>
      onFreshQueue(
        bench,
        contestant,
        async (session) => {
          await session.enqueueBulk(orders);
          globalThis.gc?.();
          return { rate: rate(count, await drain(session, count)) };
        },
        { inHand: "default", inOrder: true },
      ),
  }));
  const named = contestants.map(({ id, name }) => ({
    id,
    name: id === "sluice" ? `${name}, one key` : `${name}, concurrency 1`,
  }));
  const figures = await interleave(bench, "in-order", warmUpsOf(bench, count), lanes);
  const title = `Drain ${count.toLocaleString("en")} messages one after the other, promise handler`;
  return [measured(figures, "rate", named, { id: "in-order", title, ...PER_SECOND })];
};
