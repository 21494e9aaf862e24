/**
 * Random lives: many aggregates, many commands (some with many events, without any, refused, thrown), evictions, crashes, lost
 * replies and failovers in between. What is live equals what the stored events make, and subscribers saw each stored event once.
 */
import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { catchError } from "rxjs";
import { eventCodec, eventLog } from "sluice/log";
import { aggregate, type Decider } from "sluice/sourcing";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { randomOf } from "../../../src/core/Random.js";
import { isSluiceError } from "../../../src/core/SluiceError.js";

const Added = t.type({ type: t.literal("Added"), n: t.number, text: t.string });
const events = eventCodec(t.union([Added, t.type({ type: t.literal("Reset") })]), { tag: "type" });
type Event = t.TypeOf<typeof Added> | { readonly type: "Reset" };
type Command =
  | { readonly does: "add"; readonly count: number; readonly text: string }
  | { readonly does: "reset" | "nothing" | "refuse" | "throw" };
interface Sum {
  readonly sum: number;
  readonly events: number;
}

const decider: Decider<Command, Sum, Event, "refused"> = {
  initial: { sum: 0, events: 0 },
  decide: (command) => (state) => {
    switch (command.does) {
      case "add":
        return right(
          Array.from({ length: command.count }, (_, i) => ({
            type: "Added" as const,
            n: state.sum + i,
            text: command.text,
          })),
        );
      case "reset":
        return right([{ type: "Reset" }]);
      case "nothing":
        return right([]);
      case "refuse":
        return left("refused");
      case "throw":
        throw new Error("panic");
    }
  },
  evolve: (state, event) => ({
    sum: event.type === "Reset" ? 0 : (state.sum * 31 + event.n) % 1_000_003,
    events: state.events + 1,
  }),
};

const Sum = t.type({ sum: t.number, events: t.number });

interface Life {
  readonly seed: string;
  readonly aggregates: number;
  readonly commands: number;
  readonly poolSize: number;
  /** How often time passes between two commands. */
  readonly pauses: number;
  /** How often replication stops, or the server fails after that. */
  readonly failovers: number;
}

const commandOf = (random: () => number): Command => {
  const dice = random();
  if (dice < 0.55) return { does: "add", count: 1 + Math.floor(random() * 3), text: "" };
  if (dice < 0.62) return { does: "add", count: 20, text: "x".repeat(Math.floor(random() * 2_000)) };
  if (dice < 0.7) return { does: "reset" };
  if (dice < 0.8) return { does: "nothing" };
  return { does: dice < 0.92 ? "refuse" : "throw" };
};

const live = ({ seed, aggregates, commands, poolSize, pauses, failovers }: Life): Promise<void> =>
  simulate(async ({ store, client, advance, stopReplication, failover }) => {
    const random = randomOf(seed);
    const on = (target: typeof store) =>
      aggregate(target, {
        category: "sum",
        decider,
        codec: events,
        pool: { sizeMax: poolSize, idleMs: 500 },
        snapshots: { codec: Sum, schema: 1, every: 10 },
        logger: () => undefined,
      });
    let seen = 0;
    let wentBack = 0;
    // A feed is told of a log that went back, and begins again.
    const counting = eventLog(store, events)
      .feed()
      .pipe(
        catchError((error: unknown, feed$) => {
          if (!isSluiceError(error) || error._tag !== "LogWentBack") throw error;
          seen = 0;
          wentBack += 1;
          return feed$;
        }),
      )
      .subscribe((item) => {
        if (item._tag === "Event") seen += 1;
      });
    const torn = randomOf(`${seed} fails over`);
    let isStopped = false;
    const maybeFail = (): void => {
      if (torn() >= failovers) return;
      if (isStopped) failover();
      else stopReplication();
      isStopped = !isStopped;
    };
    let process = client();
    let sums = on(process.store);
    const answers = { Right: 0, Left: 0, DeciderThrew: 0, StoreUnavailable: 0 };
    const count = (tag: string): void => {
      if (tag in answers) answers[tag as keyof typeof answers] += 1;
      else throw new Error(`unexpected: ${tag}`);
    };
    for (let i = 0; i < commands; i++) {
      const dice = random();
      if (dice < 0.002) {
        process.crash();
        process = client();
        sums = on(process.store);
      }
      if (dice > 0.97) process.dropReply();
      maybeFail();
      const id = `${Math.floor(random() * aggregates)}`;
      const commandId = random() < 0.3 ? `k${i}` : undefined;
      const handling = sums.handle(id, commandOf(random), { commandId });
      // Some are sent again, by the same Effect or as a new one of the same id.
      handling.retry({ attemptsMax: 2, initialMs: 5 }).subscribe({
        next: ({ _tag }) => count(_tag),
        error: (error: unknown) => count(isSluiceError(error) ? error._tag : String(error)),
      });
      if (random() < pauses) await advance(Math.floor(random() * 100));
    }
    await advance(5_000);
    if (isStopped) failover();
    await advance(5_000);
    const latest = on(client().store);
    let stored = 0;
    for (let i = 0; i < aggregates; i++) {
      const id = `${i}`;
      let folded = decider.initial;
      await new Promise<void>((resolve, reject) => {
        eventLog(store, events)
          .read(`sum/${id}`)
          .subscribe({
            next: ({ event, version }) => {
              folded = decider.evolve(folded, event);
              expect(folded.events).toBe(version);
              stored += 1;
            },
            complete: resolve,
            error: reject,
          });
      });
      const expected = { id, version: folded.events, state: folded };
      expect(await sums.state(id)).toEqual(expected);
      expect(await latest.state(id)).toEqual(expected);
    }
    counting.unsubscribe();
    expect(seen).toBe(stored);
    // All kinds of ends have occurred.
    expect(stored).toBeGreaterThan(failovers > 0 ? 0 : commands / 3);
    expect(wentBack > 0).toBe(failovers > 0);
    expect(Math.min(answers.Right, answers.Left, answers.DeciderThrew)).toBeGreaterThan(0);
    expect(latest.poolStats().size).toBeLessThanOrEqual(poolSize);
    await advance(1_000);
  });

describe("random lives", () => {
  it.each([
    { seed: "one", aggregates: 1, commands: 400, poolSize: 1, pauses: 0.2, failovers: 0 },
    { seed: "few", aggregates: 7, commands: 400, poolSize: 3, pauses: 0.2, failovers: 0 },
    { seed: "many", aggregates: 200, commands: 1_500, poolSize: 20, pauses: 0.1, failovers: 0 },
    { seed: "wide", aggregates: 1_000, commands: 2_500, poolSize: 100, pauses: 0.05, failovers: 0 },
    { seed: "widest", aggregates: 10_000, commands: 12_000, poolSize: 500, pauses: 0.005, failovers: 0 },
    { seed: "torn one", aggregates: 1, commands: 400, poolSize: 1, pauses: 0.2, failovers: 0.1 },
    { seed: "torn few", aggregates: 7, commands: 800, poolSize: 5, pauses: 0.3, failovers: 0.1 },
    { seed: "torn many", aggregates: 200, commands: 1_500, poolSize: 50, pauses: 0.1, failovers: 0.02 },
  ])("of $aggregates aggregates and $commands commands ($seed) end in what the stored events make", live, 60_000);
});
