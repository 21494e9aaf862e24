/** Correlation alone and delivery alone, by how many targets there are. */
import { type Bench, type Measured, rate, timed, withDeadline } from "../bench.js";
import { reactionLanesOf } from "../contestants/reactionLanes.js";
import type { ReactionsLane } from "../contestants/reactions.js";
import { interleave, type Lane, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";
import { Reacted } from "./reacted.js";

/** Targets of Sluice, and of the others. */
const STREAMS = [1, 500, 1_000, 10_000, 100_000];
const PEER_STREAMS: Readonly<Record<string, ReadonlyArray<number>>> = {
  sluice: STREAMS,
  "sluice-memory": [1, 500, 100_000],
  bare: [1, 500, 100_000],
  // It does not know them.
  bullmq: [500],
};

interface Shape {
  readonly id: string;
  readonly name: string;
  readonly streams: number;
  readonly lane: ReactionsLane;
}

const shapesOf = (lanes: ReadonlyArray<ReactionsLane>): ReadonlyArray<Shape> =>
  lanes.flatMap((lane) =>
    (PEER_STREAMS[lane.id] ?? []).map((streams) => ({
      id: `${lane.id}-${streams}`,
      name:
        lane.id === "bullmq"
          ? lane.name
          : `${lane.name}, ${streams.toLocaleString("en")} target${streams === 1 ? "" : "s"}`,
      streams,
      lane,
    })),
  );

const laneOf = (bench: Bench, { id, streams, lane }: Shape): Lane => ({
  id,
  run: async () => {
    await bench.redis.clear();
    const events = streams === 1 ? bench.sizes.reactedInOrder : bench.sizes.reacted;
    const reacted = new Reacted(streams, lane.id !== "bullmq");
    const reactions = await lane.open({ events, streams, onReaction: reacted.mark });
    globalThis.gc?.();
    const correlateMs = await timed(() =>
      withDeadline(reactions.correlate?.() ?? Promise.resolve(), () => `${id}: correlation`),
    );
    reacted.assertAll(0);
    globalThis.gc?.();
    const deliverMs = await timed(() => withDeadline(reactions.catchUp(), () => `${id}: delivery`));
    reacted.assertAll(events);
    await reactions.close();
    return {
      correlate: rate(events, correlateMs),
      deliver: rate(events, deliverMs),
      cost: (deliverMs * 1_000) / events,
    };
  },
});

export const lines = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const shapes = shapesOf(await reactionLanesOf(bench));
  const figures = await interleave(
    bench,
    "broker",
    warmUpsOf(bench, bench.sizes.reacted),
    shapes.map((shape) => laneOf(bench, shape)),
  );
  await bench.redis.clear();
  const perSecond = { unit: "events/s", better: "higher", base: "sluice-500", ratio: "it ÷ base" } as const;
  return [
    measured(figures, "correlate", shapes, {
      id: "broker-correlate",
      title: "Correlation alone, one reaction for each event",
      ...perSecond,
    }),
    measured(figures, "deliver", shapes, {
      id: "broker-deliver",
      title: "Delivery and acknowledgement alone, promise handler",
      ...perSecond,
    }),
    measured(
      figures,
      "cost",
      shapes.filter(({ lane, streams }) => lane.id === "sluice" && streams >= 1_000),
      {
        id: "broker-cost",
        title: "Time of one delivery, by targets",
        unit: "µs",
        better: "lower",
        base: "sluice-1000",
        ratio: "it ÷ base",
      },
    ),
  ];
};
