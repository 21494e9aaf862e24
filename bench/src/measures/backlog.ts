/**
 * Does the size of the backlog slow the consumer down? The same number of messages is drained from a queue that holds about
 * a thousand of them and from one that holds about a million. The small one has to be topped up all the time, and a producer
 * costs time on every core; so both are topped up alike, by a second process that adds a chunk for each chunk settled. The
 * lines without a producer show the same drain undisturbed.
 */
import { strict as assert } from "node:assert";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Bench, type Measured, PER_SECOND, rate, withDeadline } from "../bench.js";
import { BATCH, type Contestant, type Session } from "../contestants/contestant.js";
import { ordersFrom, Tally } from "../payload.js";
import type { Ask } from "../producer.js";
import { interleave, type Lane, warmUpsOf } from "../rounds.js";
import { consume } from "./consume.js";
import { measured } from "./measured.js";

const PRODUCER = fileURLToPath(new URL("../producer.ts", import.meta.url));
/** Filled in slices, so that a million orders never stand in the memory of this process. */
const FILL_SLICE = 20_000;

interface Producer {
  readonly enqueue: (ask: Ask) => void;
  /** When everything asked for is enqueued. */
  readonly idle: () => Promise<void>;
  readonly stop: () => void;
}

const startProducer = async (contestant: Contestant, url: string, queue: string): Promise<Producer> => {
  const child = fork(PRODUCER, [contestant.id, url, queue]);
  let pending = 0;
  let onIdle: () => void = () => {};
  let onFailed: (cause: unknown) => void = () => {};
  await Promise.race([
    once(child, "message"),
    once(child, "exit").then(() => {
      throw new Error("the producer process ended");
    }),
  ]);
  child.on("message", () => {
    pending -= 1;
    if (pending === 0) onIdle();
  });
  child.on("exit", () => onFailed(new Error("the producer process ended")));
  return {
    enqueue: (ask) => {
      pending += 1;
      child.send(ask);
    },
    idle: () =>
      new Promise((resolve, reject) => {
        [onIdle, onFailed] = [resolve, reject];
        if (pending === 0) resolve();
      }),
    stop: () => child.disconnect(),
  };
};

/** A queue that is held at one size over all rounds. */
class Standing {
  readonly #tally: Tally;
  #enqueued = 0;
  #settled = 0;

  constructor(
    readonly session: Session,
    readonly size: number,
    readonly producer: Producer | undefined,
    capacity: number,
  ) {
    this.#tally = new Tally(capacity);
  }

  /** Untimed: up to its size again. */
  async fill(): Promise<void> {
    while (this.#enqueued - this.#settled < this.size) {
      const count = Math.min(FILL_SLICE, this.size - (this.#enqueued - this.#settled));
      await this.session.enqueueBulk(ordersFrom(this.#enqueued, count));
      this.#enqueued += count;
    }
  }

  async drain(count: number): Promise<number> {
    const { elapsedMs, settled } = await consume(this.session, count, this.#tally, {
      onSettled: (now) => {
        if (this.producer === undefined || now % BATCH !== 0 || now > count) return;
        this.producer.enqueue({ first: this.#enqueued, count: BATCH });
        this.#enqueued += BATCH;
      },
    });
    await withDeadline(this.producer?.idle() ?? Promise.resolve(), () => "a producer's last chunk");
    this.#settled += settled;
    assert.equal(this.#tally.count, this.#settled, "messages handled and messages settled");
    assert.equal(await this.session.held(), this.#enqueued - this.#settled, "messages left");
    return elapsedMs;
  }

  async close(): Promise<void> {
    this.producer?.stop();
    await this.session.close();
  }
}

interface Kind {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly topUp: boolean;
}

const kindsOf = ({ sizes: { backlogLow, backlogHigh, backlogDrain } }: Bench): ReadonlyArray<Kind> => {
  const text = (size: number): string => size.toLocaleString("en");
  return [
    { id: "kept-low", name: `kept at ${text(backlogLow)}`, size: backlogLow, topUp: true },
    { id: "kept-high", name: `kept at ${text(backlogHigh)}`, size: backlogHigh, topUp: true },
    { id: "standing-drain", name: `from ${text(backlogDrain)}, no producer`, size: backlogDrain, topUp: false },
    { id: "standing-high", name: `from ${text(backlogHigh)}, no producer`, size: backlogHigh, topUp: false },
  ];
};

const openStanding = async (bench: Bench, contestant: Contestant, kind: Kind): Promise<Standing> => {
  const at = { url: bench.redis.url, queue: `orders-${kind.size}-${kind.topUp ? "kept" : "standing"}` };
  const producer = kind.topUp ? await startProducer(contestant, at.url, at.queue) : undefined;
  // In each round, as many again and what was in hand at its end.
  const capacity =
    kind.size + (bench.rounds + warmUpsOf(bench, bench.sizes.backlogDrain)) * (bench.sizes.backlogDrain + 10 * BATCH);
  return new Standing(await contestant.open(at), kind.size, producer, capacity);
};

export const backlogOf = async (bench: Bench, contestant: Contestant): Promise<ReadonlyArray<Measured>> => {
  await bench.redis.clear();
  const kinds = kindsOf(bench);
  const opened: Standing[] = [];
  const lanes: Lane[] = [];
  for (const kind of kinds) {
    const standing = await openStanding(bench, contestant, kind);
    opened.push(standing);
    bench.progress(`backlog: filling, ${kind.name}`);
    await standing.fill();
    lanes.push({
      id: kind.id,
      run: async () => {
        await standing.fill();
        globalThis.gc?.();
        return { rate: rate(bench.sizes.backlogDrain, await standing.drain(bench.sizes.backlogDrain)) };
      },
    });
  }
  const figures = await interleave(bench, "backlog", warmUpsOf(bench, bench.sizes.backlogDrain), lanes);
  for (const standing of opened) await standing.close();
  await bench.redis.clear();
  const title = `${contestant.name}: drain ${bench.sizes.backlogDrain.toLocaleString("en")} messages, by size of the backlog`;
  return [
    measured(figures, "rate", kinds, { id: "backlog", title, ...PER_SECOND, base: "kept-low", ratio: "it ÷ base" }),
  ];
};
