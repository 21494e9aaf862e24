/**
 * `npm --prefix bench run reactions`: how fast act reacts to events that stand in its log, by streams, and how soon to a commit while it is
 * idle. Figures of a peer alone, on this machine.
 */
import { setTimeout as after } from "node:timers/promises";
import { rate, timed, withDeadline } from "./bench.js";
import { actLanes } from "./contestants/actReactions.js";
import type { ReactionsLane } from "./contestants/reactions.js";
import { quantile, spreadOf } from "./statistics.js";

const ROUNDS = 5;
const STREAMS = [1, 500];
/** With its defaults one stream alone takes five seconds for so many. */
const EVENTS = 10_000;
const SAMPLES = 200;
const GAP_MS = 20;

/** Events a second, from a log that is full to the last acknowledgement. */
const catchUp = async (lane: ReactionsLane, streams: number): Promise<number> => {
  let reacted = 0;
  const reactions = await lane.open({ events: EVENTS, streams, onReaction: () => reacted++ });
  globalThis.gc?.();
  const elapsedMs = await timed(() => withDeadline(reactions.catchUp(), () => `${reacted} of ${EVENTS} reactions`));
  await reactions.close();
  if (reacted !== EVENTS) throw new Error(`${lane.id} reacted ${reacted} times to ${EVENTS} events`);
  return rate(EVENTS, elapsedMs);
};

/** From the call of the command to the start of the reaction, nothing else being to do. */
const latenciesMs = async (lane: ReactionsLane): Promise<ReadonlyArray<number>> => {
  let arrived = (_atMs: number): void => {};
  const reactions = await lane.open({ events: 0, streams: 1, onReaction: () => arrived(performance.now()) });
  reactions.follow();
  const took: number[] = [];
  for (let sample = 0; sample < 2 * SAMPLES; sample += 1) {
    // A fixed gap could fall into step with somebody's timer.
    await after(GAP_MS + (sample % 5));
    const arrival = new Promise<number>((resolve) => {
      arrived = resolve;
    });
    const sentMs = performance.now();
    await reactions.commit("counter-0");
    const arrivedMs = await withDeadline(arrival, () => `the reaction to commit ${sample}`);
    // The first half warms up.
    if (sample >= SAMPLES) took.push(arrivedMs - sentMs);
  }
  await reactions.close();
  return took;
};

const shown = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: value < 100 ? 2 : 0 });

for (const lane of actLanes) {
  for (const streams of STREAMS) {
    const rounds: number[] = [];
    for (let round = -1; round < ROUNDS; round += 1) {
      const perSecond = await catchUp(lane, streams);
      if (round >= 0) rounds.push(perSecond);
    }
    const { median, min, max } = spreadOf(rounds);
    console.log(
      `${lane.name}: ${EVENTS} events of ${streams} streams: ${shown(median)} events/s (${shown(min)} to ${shown(max)})`,
    );
  }
  const took = await latenciesMs(lane);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => shown(quantile(took, share)));
  console.log(`${lane.name}: commit to reaction, idle: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms`);
}
process.exit();
