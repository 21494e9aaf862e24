/** From the call that commits an event to the start of its reaction: while nothing else happens, and among so many commits a second. */
import { type Bench, type Measured, withDeadline } from "../bench.js";
import { sleep } from "../concurrently.js";
import { reactionLanesOf } from "../contestants/reactionLanes.js";
import type { Reactions, ReactionsLane } from "../contestants/reactions.js";
import { rotated } from "../rounds.js";
import { quantile } from "../statistics.js";

const TARGETS = 500;
const WARM_UP = 1_000;
const GAP_MS = 8;
const LOADS = ["idle", 100, 1_000] as const;
const SHARES = [
  ["p50", 0.5],
  ["p95", 0.95],
  ["p99", 0.99],
] as const;

type Load = (typeof LOADS)[number];

/** One lane that follows its log, for one round. */
class Following {
  readonly #sentMs: number[] = [];
  readonly #tookMs: number[] = [];
  readonly #reactions: Reactions;
  #reacted = 0;
  #arrived: () => void = () => {};

  private constructor(reactions: Reactions) {
    this.#reactions = reactions;
  }

  static async of(lane: ReactionsLane): Promise<Following> {
    let following: Following | undefined;
    const onReaction = (index?: number): void => following?.react(index);
    following = new Following(await lane.open({ events: 0, streams: TARGETS, onReaction }));
    following.#reactions.follow();
    await sleep(200);
    return following;
  }

  /** Without a number it is the only one under way. */
  react(index = this.#reacted): void {
    this.#tookMs.push(performance.now() - (this.#sentMs[index] ?? Number.NaN));
    this.#reacted += 1;
    this.#arrived();
  }

  /** How long the reactions of so many commits took to begin. */
  async measure(load: Load, count: number): Promise<ReadonlyArray<number>> {
    const first = this.#tookMs.length;
    if (load === "idle") await this.#oneByOne(count);
    else await this.#every(1_000 / load, count);
    return this.#tookMs.slice(first);
  }

  close(): Promise<void> {
    return this.#reactions.close();
  }

  async #oneByOne(count: number): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      // A fixed gap could fall into step with somebody's timer.
      await sleep(GAP_MS + (i % 5));
      await this.#send();
      await this.#all();
    }
  }

  /** Whether or not those before it were reacted to: a commit does not wait for anybody. */
  async #every(gapMs: number, count: number): Promise<void> {
    const startMs = performance.now();
    const sent: Array<PromiseLike<unknown>> = [];
    for (let i = 0; i < count; i += 1) {
      while (performance.now() < startMs + i * gapMs) await sleep(1);
      sent.push(this.#send());
    }
    await Promise.all(sent);
    await this.#all();
  }

  #send(): Promise<unknown> {
    const index = this.#sentMs.length;
    this.#sentMs.push(performance.now());
    // An Effect begins when it is asked for its end.
    return Promise.resolve(this.#reactions.commit(`orders/${index % TARGETS}`));
  }

  async #all(): Promise<void> {
    while (this.#reacted < this.#sentMs.length)
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
  }
}

type Figures = Map<string, number[]>;

const roundOf = async (bench: Bench, lane: ReactionsLane, note: (id: string, value: number) => void): Promise<void> => {
  const { reactionSamples } = bench.sizes;
  await bench.redis.clear();
  const following = await Following.of(lane);
  const deadlined = <A>(task: Promise<A>): Promise<A> => withDeadline(task, () => `${lane.id}: a reaction`);
  // What has no numbers is measured while it is idle.
  const loads = lane.id.startsWith("act") ? (["idle"] as const) : LOADS;
  await deadlined(following.measure("idle", Math.min(WARM_UP, reactionSamples) / 4));
  if (loads.length > 1) await deadlined(following.measure(1_000, Math.min(WARM_UP, reactionSamples)));
  for (const load of loads) {
    const took = await deadlined(following.measure(load, load === 1_000 ? reactionSamples : reactionSamples / 4));
    for (const [name, share] of SHARES) note(`${load}:${lane.id}-${name}`, quantile(took, share));
  }
  await following.close();
};

export const latencies = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const lanes = (await reactionLanesOf(bench)).filter(({ id }) => id !== "bullmq");
  const figures: Figures = new Map();
  for (let round = 0; round <= bench.rounds; round += 1)
    for (const lane of rotated(lanes, round)) {
      bench.progress(`broker-latency: ${round === 0 ? "warm-up" : `round ${round} of ${bench.rounds}`}, ${lane.id}`);
      await roundOf(bench, lane, (id, value) => {
        if (round > 0) figures.set(id, [...(figures.get(id) ?? []), value]);
      });
    }
  await bench.redis.clear();
  return LOADS.map((load) => ({
    id: `broker-latency-${load}`,
    title: `Commit to reaction, ${load === "idle" ? "idle" : `${load.toLocaleString("en")} events/s`}`,
    unit: "ms",
    better: "lower",
    // Shares of one lane are not compared with those of another one.
    base: "",
    ratio: "it ÷ base",
    lanes: lanes.flatMap(({ id, name }) =>
      SHARES.flatMap(([share]) => {
        const rounds = figures.get(`${load}:${id}-${share}`) ?? [];
        return rounds.length === 0 ? [] : [{ id: `${id}-${share}`, name: `${name}, ${share}`, rounds }];
      }),
    ),
  }));
};
