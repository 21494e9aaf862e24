/** From the call that enqueues to the start of the handler, while the consumer has nothing else to do. */
import { type Bench, contestantsBut, type Measured, withDeadline } from "../bench.js";
import { sleep } from "../concurrently.js";
import type { Consumer, Session } from "../contestants/contestant.js";
import { orderOf, Tally } from "../payload.js";
import { rotated } from "../rounds.js";
import { quantile } from "../statistics.js";

/** Sent at the start of each round, one by one and without a gap: connections, scripts and code warm up, everybody's alike. */
const WARM_UP = 2_000;
/** Messages are sub-millisecond things, and a shared machine has its moods: contestants take turns within a round. */
const TURNS = 25;
/** Thrown away at the start of each turn: everybody warms up behind the others. */
const SETTLING = 10;
/** Between one message and the next: longer than any contestant takes to settle and to wait again. */
const GAP_MS = 8;
const GAP_JITTER_MS = 4;

/** One contestant with a consumer that waits, for one round. */
class Idle {
  readonly latenciesMs: number[] = [];
  readonly #session: Session;
  readonly #tally: Tally;
  readonly #fail: Promise<never>;
  #consumer: Consumer | undefined;
  #failed: (cause: unknown) => void = () => {};
  #arrived: () => void = () => {};
  #sentMs = 0;
  #tookMs = 0;
  #sent = 0;
  #settled = 0;

  constructor(session: Session, capacity: number) {
    this.#session = session;
    this.#tally = new Tally(capacity);
    this.#fail = new Promise((_, reject) => {
      this.#failed = reject;
    });
    this.#fail.catch(() => {});
  }

  async start(): Promise<void> {
    this.#consumer = await this.#session.consumer({
      onMessage: (order) => {
        this.#tookMs = performance.now() - this.#sentMs;
        this.#tally.mark(order);
        this.#arrived();
      },
      onSettled: () => {
        this.#settled += 1;
      },
      onError: (cause) => this.#failed(cause),
    });
    this.#consumer.start();
    await sleep(100);
    await this.#guarded(this.#warmUp());
  }

  turn(count: number): Promise<void> {
    return this.#guarded(this.#turn(count));
  }

  async #warmUp(): Promise<void> {
    for (let index = 0; index < WARM_UP; index += 1) await this.#send();
  }

  async #turn(count: number): Promise<void> {
    for (let index = 0; index < SETTLING + count; index += 1) {
      // A fixed gap could fall into step with somebody's timer.
      await sleep(GAP_MS + ((index * 7) % 5) * (GAP_JITTER_MS / 4));
      const tookMs = await this.#send();
      if (index >= SETTLING) this.latenciesMs.push(tookMs);
    }
  }

  async stop(): Promise<void> {
    await this.#consumer?.stop();
    this.#tally.assertExactly(this.#sent);
    if (this.#settled !== this.#sent || (await this.#session.held()) !== 0)
      throw new Error(`${this.#settled} of ${this.#sent} messages settled`);
    await this.#session.close();
  }

  /** Ends by what fails, or because it takes too long: not within `#send`, as an Effect begins behind all that is done with it. */
  #guarded(sending: Promise<void>): Promise<void> {
    return withDeadline(Promise.race([sending, this.#fail]), () => `message ${this.#sent - 1} did not arrive`);
  }

  async #send(): Promise<number> {
    const order = orderOf(this.#sent);
    const arrival = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    this.#sent += 1;
    this.#sentMs = performance.now();
    await this.#session.enqueue(order);
    await arrival;
    return this.#tookMs;
  }
}

/** One who takes part, with an empty queue at each opening. */
export interface Entrant {
  readonly id: string;
  readonly name: string;
  readonly open: () => Promise<Session>;
}

export interface About {
  readonly id: string;
  readonly title: string;
  readonly entrants: ReadonlyArray<Entrant>;
}

const roundOf = async (count: number, entrants: ReadonlyArray<Entrant>): Promise<ReadonlyMap<string, Idle>> => {
  const capacity = WARM_UP + TURNS * (SETTLING + count);
  const idle = new Map<string, Idle>();
  for (const { id, open } of entrants) {
    const lane = new Idle(await open(), capacity);
    idle.set(id, lane);
    await lane.start();
  }
  for (let turn = 0; turn < TURNS; turn += 1)
    for (const { id } of rotated(entrants, turn)) await idle.get(id)?.turn(count);
  for (const lane of idle.values()) await lane.stop();
  return idle;
};

export const latencies = async (
  bench: Bench,
  { id: measure, title, entrants }: About,
): Promise<ReadonlyArray<Measured>> => {
  const count = Math.ceil(bench.sizes.latencySamples / TURNS);
  const rounds: Array<ReadonlyMap<string, Idle>> = [];
  for (let round = 0; round <= bench.rounds; round += 1) {
    bench.progress(`${measure}: ${round === 0 ? "warm-up" : `round ${round} of ${bench.rounds}`}`);
    const measured = await roundOf(count, rotated(entrants, round));
    if (round > 0) rounds.push(measured);
  }
  const table = (id: string, what: string, q: number): Measured => ({
    id,
    title: what,
    unit: "ms",
    better: "lower",
    base: "sluice",
    ratio: "base ÷ it",
    lanes: entrants.map(({ id: lane, name }) => ({
      id: lane,
      name,
      rounds: rounds.map((round) => quantile(round.get(lane)?.latenciesMs ?? [], q)),
    })),
  });
  return [table(`${measure}-p50`, `${title}, p50`, 0.5), table(`${measure}-p99`, `${title}, p99`, 0.99)];
};

export const latency = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { redis } = bench;
  await redis.clear();
  const entrants = contestantsBut(bench, "sluice-batch").map(({ id, name, open }) => ({
    id,
    name,
    open: () => open({ url: redis.url, queue: "orders" }),
  }));
  const found = await latencies(bench, { id: "latency", title: "Idle latency, enqueue to handler", entrants });
  await redis.clear();
  return found;
};
