/** How a call whose lists are one ack each travels: by lease, in the order of the steps. See `sql/0001/95-ack-all.sql`. */
import type { Body } from "./StepCoding.js";

/** A write as the general form has it: its id, and its lists, each a mode and its steps. */
export type EncodedWrite = readonly [id: string, lists: ReadonlyArray<ReadonlyArray<unknown>>];

interface Run {
  readonly queue: unknown;
  readonly lease: unknown;
  readonly seqs: Array<unknown>;
}

const isOf = (run: Run, { queue, lease }: Pick<Run, "queue" | "lease">): boolean =>
  run.queue === queue && run.lease === lease;

/** A step as the general form has it: its letter, and its fields. */
export type EncodedStep = ReadonlyArray<unknown>;

/** These acks as `ack_1` takes them: by lease. */
export const acksOf = (steps: ReadonlyArray<EncodedStep>): ReadonlyArray<unknown> => {
  const runs: Array<Run> = [];
  for (const [, queue, seq, lease] of steps) {
    const last = runs.at(-1);
    if (last !== undefined && isOf(last, { queue, lease })) last.seqs.push(seq);
    else runs.push({ queue, lease, seqs: [seq] });
  }
  return runs.map(({ queue, lease, seqs }) => [queue, lease, `{${seqs.join(",")}}`]);
};

/** The steps of these writes, in their order. */
export const stepsOf = (writes: ReadonlyArray<EncodedWrite>): ReadonlyArray<EncodedStep> =>
  writes.flatMap(([, lists]) => lists.flatMap(([, ...steps]) => steps as ReadonlyArray<EncodedStep>));

/** The request of `ack_1`. */
export const ackText = (writes: ReadonlyArray<EncodedWrite>, body: Body, given: number | null): string => {
  const { locks, queues, woken } = body.toJSON();
  const acks = acksOf(stepsOf(writes));
  return JSON.stringify({ now: given, locks, queues, woken, ids: writes.map(([id]) => id), acks });
};

/** Whether the server did all of it. */
export const allDone = (reply: string): boolean => reply === "1";
