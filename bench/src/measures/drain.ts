/** Draining a backlog with a handler that does nothing, by how many messages a consumer may have in hand. */
import { type Bench, type Measured, onFreshQueue, PER_SECOND, rate } from "../bench.js";
import type { Contestant, ContestantId, OpenOptions } from "../contestants/contestant.js";
import { ordersFrom } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

/** BullMQ at two numbers, of which the faster counts; in batches and with bee-queue nothing is to be varied. */
const IN_HAND: Readonly<Record<ContestantId, ReadonlyArray<NonNullable<OpenOptions["inHand"]>>>> = {
  sluice: ["default", 200, 400, 1_000],
  "sluice-batch": ["default"],
  bare: [200, 400, 1_000],
  bullmq: [200, 400],
  bee: ["default"],
};

interface Kind {
  readonly id: string;
  readonly name: string;
  readonly contestant: Contestant;
  readonly inHand: NonNullable<OpenOptions["inHand"]>;
}

const WORD: Readonly<Partial<Record<ContestantId, string>>> = {
  sluice: "prefetch ",
  bare: "COUNT ",
  bullmq: "concurrency ",
};

const kindsOf = (contestant: Contestant): ReadonlyArray<Kind> =>
  IN_HAND[contestant.id].map((inHand) => {
    const word = WORD[contestant.id];
    const what = inHand === "default" ? "default options" : `${word ?? ""}${inHand.toLocaleString("en")}`;
    return {
      id: word === undefined ? contestant.id : `${contestant.id}-${inHand}`,
      name: word === undefined ? contestant.name : `${contestant.name}, ${what}`,
      contestant,
      inHand,
    };
  });

export const drainBacklog = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const count = bench.sizes.drain;
  const orders = ordersFrom(0, count);
  const kinds = bench.contestants.flatMap(kindsOf);
  const lanes = kinds.map(({ id, contestant, inHand }) => ({
    id,
    run: () =>
      onFreshQueue(
        bench,
        contestant,
        async (session) => {
          await session.enqueueBulk(orders);
          globalThis.gc?.();
          return { rate: rate(count, await drain(session, count)) };
        },
        { inHand },
      ),
  }));
  const figures = await interleave(bench, "drain", warmUpsOf(bench, count), lanes);
  const title = `Drain ${count.toLocaleString("en")} messages, promise handler`;
  return [measured(figures, "rate", kinds, { id: "drain", title, ...PER_SECOND, base: "sluice-400" })];
};
