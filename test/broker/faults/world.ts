/**
 * Reactions whose effects can be counted, however many processes run them and however often they die: each target has a record, written
 * with the ack, that says how many of its events were done, which was the last, and how many came out of turn or again.
 */
import * as t from "io-ts";
import { timer } from "rxjs";
import { broker, on } from "sluice/broker";
import { eventCodec, eventLog, type Position } from "sluice/log";
import { records } from "sluice/records";
import type { Store } from "sluice/store";

export const steps = eventCodec(
  t.union([t.type({ type: t.literal("Stepped"), n: t.number }), t.type({ type: t.literal("Noted"), text: t.string })]),
  { tag: "type" },
);

export const stepped = (n: number) => ({ type: "Stepped", n }) as const;
export const noted = (text: string) => ({ type: "Noted", text }) as const;

const Count = t.type({ done: t.number, sum: t.number, last: t.string, outOfTurn: t.number });
export type Count = t.TypeOf<typeof Count>;

const none: Count = { done: 0, sum: 0, last: "", outOfTurn: 0 };

/** Positions of one log are ordered as their texts. */
const counted = ({ done, sum, last, outOfTurn }: Count, n: number, position: Position): Count => ({
  done: done + 1,
  sum: sum + n,
  last: position,
  outOfTurn: outOfTurn + (position > last ? 0 : 1),
});

const countsOn = (store: Store, name = "world") => records(store, { name: `counts.${name}`, codec: Count });

export interface WorldOptions {
  /** Of the broker and its records. Default "world". */
  readonly name?: string | undefined;
  readonly leaseMs?: number | undefined;
  readonly attemptsMax?: number | undefined;
  /** How long a work of the slow lane takes. Default: no time. */
  readonly slowMs?: number | undefined;
  /** And one of the default lane. Default: no time. */
  readonly workMs?: number | undefined;
  /** Which attempts fail. Default: none. */
  readonly fails?: ((n: number, attempt: number) => boolean) | undefined;
  /** Called where a handler runs though its event was acked before. */
  readonly again?: ((n: number, stream: string) => void) | undefined;
  /** Called when a handler begins. */
  readonly begins?: ((n: number, stream: string, attempt: number) => unknown) | undefined;
}

const shardOf = (n: number): string => `shard/${n % 3}`;
const slowOf = (n: number): string => `slow/${n % 2}`;

/** Three reactions to each event: in the line of its own stream, in that of a shard, and in a slow one of another lane. */
export const worldOn = (store: Store, options: WorldOptions = {}) => {
  const {
    name: worldName = "world",
    leaseMs = 500,
    attemptsMax = 1_000,
    slowMs = 0,
    workMs = 0,
    fails = () => false,
  } = options;
  const counts = countsOn(store, worldName);
  const counting = <const L extends string>(name: string, lane: L, takesMs: number) =>
    on(steps, "Stepped")
      .do(
        async ({ event: { n }, position }, { stream, attempt }) => {
          await options.begins?.(n, stream, attempt);
          const was = await counts.get(stream);
          if (was !== undefined && was.value.last >= position) options.again?.(n, stream);
          if (fails(n, attempt)) throw new Error("not yet");
          if (takesMs > 0) await pause(store, takesMs);
          return { stream, was };
        },
        { name, lane, attemptsMax, backoff: { initialMs: 5, delayMsMax: 50 } },
      )
      .followUp(({ stream, was }, { event, position }) => [
        counts.update(stream, counted(was?.value ?? none, event.n, position), was?.revision),
      ]);
  return broker(store, {
    name: worldName,
    leaseMs,
    lanes: { slow: { leaseMs } },
    reactions: [
      counting("own", "default", workMs),
      counting("shard", "default", workMs).to(({ event }) => shardOf(event.n)),
      counting("slow", "slow", slowMs).to(({ event }) => slowOf(event.n)),
    ],
  });
};

export type World = ReturnType<typeof worldOn>;

const pause = (store: Store, ms: number): Promise<void> =>
  new Promise((resolve) => {
    timer(ms, store.scheduler).subscribe({ complete: resolve });
  });

/** What the log says that the records are to be, and whether its versions are contiguous. */
export const expectedOf = async (store: Store) => {
  const log = eventLog(store, steps);
  const counts = new Map<string, Count>();
  const versions = new Map<string, number>();
  let gaps = 0;
  let after: Position | undefined;
  for (;;) {
    const { items, next, caughtUp } = await log.feedPage({ after });
    for (const item of items) {
      if (item._tag !== "Event") throw new Error("an event of this test is malformed");
      const { event, stream, version, position } = item;
      if (version !== (versions.get(stream) ?? 0) + 1) gaps += 1;
      versions.set(stream, version);
      if (event.type !== "Stepped") continue;
      for (const target of [stream, shardOf(event.n), slowOf(event.n)])
        counts.set(target, counted(counts.get(target) ?? none, event.n, position));
    }
    after = next;
    if (caughtUp) break;
  }
  return { counts: Object.fromEntries([...counts].sort()), gaps, targets: [...counts.keys()].sort(), end: after };
};

/** What the records are. */
export const foundOf = async (
  store: Store,
  targets: ReadonlyArray<string>,
  name = "world",
): Promise<Record<string, Count>> => {
  const found = await countsOn(store, name).getAll(targets);
  return Object.fromEntries(targets.flatMap((target, i) => (found[i] === undefined ? [] : [[target, found[i].value]])));
};

/** Whether a position was followed by one that lies before it. */
export class Sampled {
  private readonly last = new Map<string, Position>();
  readonly wentBack: Array<string> = [];
  count = 0;

  take(stream: string, position: Position | undefined): void {
    this.count += 1;
    const before = this.last.get(stream);
    if (before !== undefined && (position === undefined || position < before))
      this.wentBack.push(`${stream}: ${position} after ${before}`);
    if (position !== undefined) this.last.set(stream, position);
  }
}
