/** Interleaved rounds: every lane once per round, in an order that rotates, after some that are thrown away. */
import type { Bench } from "./bench.js";

export interface Lane {
  readonly id: string;
  /** Several figures of one run, by name. */
  readonly run: () => Promise<Readonly<Record<string, number>>>;
}

/**
 * How many rounds of so many messages are thrown away: a process that is new compiles for a while, whatever it runs, and the
 * optimising compiler wants to have seen some 150,000 messages. Three rounds are enough for what is slow by its round trips.
 */
export const warmUpsOf = ({ sizes: { warmUp } }: Bench, count: number): number =>
  Math.max(1, Math.min(3, Math.ceil(warmUp / count)));

/** Figures by name, then by lane, one per round. */
export type Figures = ReadonlyMap<string, ReadonlyMap<string, ReadonlyArray<number>>>;

export const rotated = <A>(items: ReadonlyArray<A>, by: number): ReadonlyArray<A> => {
  const at = by % Math.max(items.length, 1);
  return [...items.slice(at), ...items.slice(0, at)];
};

/** @param warmUps how many rounds are thrown away: `warmUpsOf` */
export const interleave = async (
  bench: Bench,
  title: string,
  warmUps: number,
  lanes: ReadonlyArray<Lane>,
): Promise<Figures> => {
  const figures = new Map<string, Map<string, number[]>>();
  for (let round = 1 - warmUps; round <= bench.rounds; round += 1) {
    for (const lane of rotated(lanes, round + warmUps)) {
      bench.progress(`${title}: ${round <= 0 ? "warm-up" : `round ${round} of ${bench.rounds}`}, ${lane.id}`);
      globalThis.gc?.();
      const result = await lane.run();
      if (round <= 0) continue;
      for (const [name, value] of Object.entries(result)) {
        const byLane = figures.get(name) ?? new Map<string, number[]>();
        figures.set(name, byLane);
        byLane.set(lane.id, [...(byLane.get(lane.id) ?? []), value]);
      }
    }
  }
  return figures;
};
