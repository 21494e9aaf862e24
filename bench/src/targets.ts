/** What the library promises of itself, each as a bound on what was measured. */
import type { Measured } from "./bench.js";
import { PAYLOAD_BYTES } from "./payload.js";
import { quantile, ratios } from "./statistics.js";

export interface Target {
  readonly id: string;
  readonly text: string;
  readonly value: number;
  readonly bound: number;
  readonly relation: "≥" | "≤";
  readonly reached: boolean;
}

interface Promised {
  readonly id: string;
  readonly text: string;
  readonly measure: string;
  readonly lane: string;
  /** Compared with another lane, round by round; else the figure itself. */
  readonly against?: string;
  readonly relation: "≥" | "≤";
  readonly bound: number;
}

const sluiceAgainst = (measure: string, against: string, relation: "≥" | "≤", bound: number) =>
  ({ measure, lane: "sluice", against, relation, bound }) as const;

const PROMISED: ReadonlyArray<Promised> = [
  { id: "drain-bullmq", text: "drain, times BullMQ", ...sluiceAgainst("drain", "bullmq", "≥", 4) },
  { id: "drain-bee", text: "drain, times bee-queue", ...sluiceAgainst("drain", "bee", "≥", 3) },
  { id: "drain-bare", text: "drain, times the bare loop", ...sluiceAgainst("drain", "bare", "≥", 0.55) },
  // As `enqueueTo` does it by default and as `addBulk` is awaited; with more in flight the ratio is measured, not promised.
  { id: "bulk-bullmq", text: "bulk enqueue, awaited, times BullMQ", ...sluiceAgainst("bulk", "bullmq", "≥", 8) },
  { id: "latency", text: "idle p50, times the bare loop", ...sluiceAgainst("latency-p50", "bare", "≤", 1.5) },
  {
    id: "memory",
    text: `bytes a message at rest, payload of ${PAYLOAD_BYTES}`,
    measure: "memory",
    lane: "sluice",
    relation: "≤",
    bound: PAYLOAD_BYTES + 60,
  },
  ...[200, 1_000].map(
    (prefetch): Promised => ({
      id: `in-memory-${prefetch}`,
      text: `in memory, messages/s, prefetch ${prefetch.toLocaleString("en")}`,
      measure: "in-memory",
      lane: `prefetch-${prefetch}`,
      relation: "≥",
      bound: 200_000,
    }),
  ),
  {
    id: "backlog",
    text: "rate at the high backlog, times the low",
    measure: "backlog",
    lane: "kept-high",
    against: "kept-low",
    relation: "≥",
    bound: 0.8,
  },
];

const measuredValue = ({ measure, lane, against }: Promised, measures: ReadonlyArray<Measured>): number | undefined => {
  const lanes = measures.find(({ id }) => id === measure)?.lanes;
  const values = lanes?.find(({ id }) => id === lane)?.rounds;
  if (values === undefined) return undefined;
  if (against === undefined) return quantile(values, 0.5);
  const others = lanes?.find(({ id }) => id === against)?.rounds;
  return others && quantile(ratios(values, others), 0.5);
};

/** Only those whose measures were taken. */
export const targetsOf = (measures: ReadonlyArray<Measured>): ReadonlyArray<Target> =>
  PROMISED.flatMap((promised) => {
    const value = measuredValue(promised, measures);
    if (value === undefined) return [];
    const { id, text, bound, relation } = promised;
    return [{ id, text, value, bound, relation, reached: relation === "≥" ? value >= bound : value <= bound }];
  });
