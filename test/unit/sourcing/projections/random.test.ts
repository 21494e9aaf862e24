/**
 * Random appends, crashes, takeovers, lost replies, outages and failovers: in the end what is stored equals what is live, and both equal
 * what all events make; or whoever keeps it is told that the log went back.
 */
import fc from "fast-check";
import * as t from "io-ts";
import { Subject, type Subscription } from "rxjs";
import { type EventOf, eventCodec, eventLog } from "sluice/log";
import { projection, readModel } from "sluice/sourcing";
import { type Client, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { isSluiceError } from "../../../../src/core/SluiceError.js";

const codec = eventCodec(
  t.union([
    t.type({ type: t.literal("Added"), id: t.string, n: t.number }),
    t.type({ type: t.literal("Removed"), id: t.string }),
    t.type({ type: t.literal("Looked"), id: t.string }),
  ]),
  { tag: "type" },
);

/** Depends on the order of events and on how often each was applied. */
const next = (before: number, n: number): number => (before * 31 + n + 1) % 1_000_003;

const definition = {
  name: "sum",
  version: 1,
  codec,
  initial: 0,
  state: t.number,
  evolve: {
    Added: (sum: number, { event }: { readonly event: { readonly n: number } }) => next(sum, event.n),
    Removed: (sum: number) => next(sum, 17),
  },
};

type Event = EventOf<typeof codec>;

const modelOn = (client: Client) =>
  readModel(client.store, {
    name: "rows",
    version: 1,
    codec,
    record: t.number,
    id: ({ event }) => event.id,
    evolve: { Added: (row = 0, { event }) => next(row, event.n), Removed: () => undefined },
  });

type Act =
  | { readonly does: "append"; readonly events: ReadonlyArray<Event> }
  | { readonly does: "start"; readonly pageSizeMax: number }
  | { readonly does: "crash" | "stop" | "dropReply" | "disconnect" | "reconnect"; readonly which: number }
  | { readonly does: "stopReplication" | "failover" }
  | { readonly does: "wait"; readonly ms: number };

const idArb = fc.constantFrom("a", "b", "c", "d");
const eventArb: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("Added" as const), id: idArb, n: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("Removed" as const), id: idArb }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("Looked" as const), id: idArb }) },
);
const failingArb = fc.record({ does: fc.constantFrom("stopReplication" as const, "failover" as const) });
const actArb = (failing: boolean): fc.Arbitrary<Act> =>
  fc.oneof(
    { weight: failing ? 2 : 0, arbitrary: failingArb },
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant("append" as const),
        events: fc.array(eventArb, { minLength: 1, maxLength: 6 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constant("start" as const), pageSizeMax: fc.integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        does: fc.constantFrom(
          "crash" as const,
          "stop" as const,
          "dropReply" as const,
          "disconnect" as const,
          "reconnect" as const,
        ),
        which: fc.nat(5),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ does: fc.constant("wait" as const), ms: fc.constantFrom(0, 1, 5, 60, 400, 1_100, 3_000) }),
    },
  );

/** One process: it runs both the projection and the read model. */
interface Process {
  readonly client: Client;
  readonly stop$: Subject<void>;
  readonly runs: ReadonlyArray<Subscription>;
  readonly errors: Array<unknown>;
}

const start = (client: Client, pageSizeMax?: number): Process => {
  const stop$ = new Subject<void>();
  const errors: Array<unknown> = [];
  const told = {
    next: (progress: { readonly _tag: string }): void => {
      if (progress._tag === "Failed") errors.push(progress);
    },
    error: (error: unknown): void => {
      errors.push(error);
    },
  };
  const options = { stop$, pageSizeMax };
  return {
    client,
    stop$,
    errors,
    runs: [projection(client.store, definition).run(options), modelOn(client).run(options)].map((run$) =>
      run$.subscribe(told),
    ),
  };
};

/** Answers whether a log that went back was told by the last process, so that what is stored is of no use. */
const live = (acts: ReadonlyArray<Act>): Promise<boolean> =>
  simulate(async ({ client: open, advance, ...server }) => {
    const home = open();
    const log = eventLog(home.store, codec);
    const processes: Array<Process> = [];
    const all: Array<Event> = [];
    /** How many of the events the replica has; undefined: all. */
    let replicated: number | undefined;
    let failedOver = false;
    for (const act of acts) {
      switch (act.does) {
        case "append":
          await log.append(`row/${all.length % 3}`, act.events);
          all.push(...act.events);
          break;
        case "start":
          if (processes.length < 6) processes.push(start(open(), act.pageSizeMax));
          break;
        case "wait":
          await advance(act.ms);
          break;
        case "stopReplication":
          server.stopReplication();
          replicated ??= all.length;
          break;
        case "failover":
          server.failover();
          all.length = replicated ?? all.length;
          replicated = undefined;
          failedOver = true;
          break;
        default: {
          const process = processes[act.which % Math.max(1, processes.length)];
          if (process === undefined) break;
          if (act.does === "stop") process.stop$.next();
          else if (act.does === "dropReply") process.client.dropReply(2);
          else process.client[act.does]();
        }
      }
    }
    const last = start(open());
    await advance(10_000);
    const sum = all.reduce(
      (before, event) =>
        event.type === "Added" ? next(before, event.n) : event.type === "Removed" ? next(before, 17) : before,
      0,
    );
    const rows = new Map<string, number>();
    for (const event of all) {
      if (event.type === "Added") rows.set(event.id, next(rows.get(event.id) ?? 0, event.n));
      else if (event.type === "Removed") rows.delete(event.id);
    }
    const ours = projection(home.store, definition);
    const told = [...processes, last].flatMap(({ errors }) => errors);
    const unexpected = told.filter((error) => !(failedOver && isSluiceError(error) && ofFailover.has(error._tag)));
    expect(unexpected).toEqual([]);
    for (const { runs } of [...processes, last]) for (const run of runs) run.unsubscribe();
    if (last.errors.length > 0) return true;
    let lived: unknown;
    const living = ours.live().subscribe(({ state }) => {
      lived = state;
    });
    await advance(1);
    living.unsubscribe();
    expect(await ours.get()).toMatchObject({ state: sum, caughtUp: true });
    expect(lived).toBe(sum);
    const ids = ["a", "b", "c", "d"];
    expect((await modelOn(home).getAll(ids)).map((found) => found?.value)).toEqual(ids.map((id) => rows.get(id)));
    return false;
  });

/** The second where not even the first write was left. */
const ofFailover = new Set<string>(["LogWentBack", "ProjectionDropped"]);

describe("random lives of projections", () => {
  it("store what is live, which is what all events make", async () => {
    const acts = fc.array(actArb(false), { minLength: 5, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(acts, async (some) => {
        expect(await live(some)).toBe(false);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it("and failovers store what the events make that are left, or are told", async () => {
    let [runs, told] = [0, 0];
    const acts = fc.array(actArb(true), { minLength: 5, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(acts, async (some) => {
        runs += 1;
        if (await live(some)) told += 1;
      }),
      { numRuns: 80 },
    );
    // Only where a page was read before a failover, and written after it.
    expect(told / runs).toBeLessThan(0.2);
  }, 60_000);
});
