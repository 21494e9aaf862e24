/** Handlers that take longer than a dispatch may be overdue. */
import { map, NEVER, timer } from "rxjs";
import { Complete, destination, type Handler, type Hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { effect } from "../../src/core/Effect.js";
import { collect } from "../broker/scene.js";
import { all, completes, errorsOf, hubOn, tell } from "./scene.js";

const MINUTE_MS = 60_000;

/** Takes so long at its first attempt, and counts them. */
const slowOn = (
  store: Store,
  { scheduler }: Simulation,
  takesMs: number,
): { readonly attempts: Array<number>; readonly slow: Hub<unknown, "A"> } => {
  const attempts: Array<number> = [];
  const handler = destination<unknown>(
    (_, { attempt }) => {
      attempts.push(attempt);
      return timer(attempts.length === 1 ? takesMs : 0, scheduler).pipe(map(() => Complete));
    },
    { timeoutMs: Number.POSITIVE_INFINITY },
  );
  return { attempts, slow: hubOn(store, handler, { maxRetries: 0 }) };
};

/** Its first `count` writes of signs, which are lists of a put alone, are held up. */
const holding = (
  store: Store,
  count: number,
  end: (sent: ReturnType<Store["write"]>) => ReturnType<Store["write"]>,
): Store => {
  let left = count;
  return {
    ...store,
    write: (lists, writeId) => {
      const sent = store.write(lists, writeId);
      if (left === 0 || !lists.every(([step, ...others]) => step?._tag === "Put" && others.length === 0)) return sent;
      left -= 1;
      return end(sent);
    },
  };
};

describe("a handler that takes longer than 15 minutes", () => {
  it("ends its dispatch as it should, whoever else runs the hub, and once in its log", async () => {
    await simulate(async (simulation) => {
      const { store, client, advance } = simulation;
      const { attempts, slow } = slowOn(store, simulation, 61 * MINUTE_MS);
      await slow.emit([1]);
      const run = collect(slow.run());
      await advance(1);
      const other = collect(hubOn(client().store, completes).run());
      await advance(62 * MINUTE_MS);
      run.stop();
      other.stop();
      expect([attempts, other.seen, run.seen.map(({ dispatch }) => tell(dispatch))]).toEqual([
        [1],
        [],
        ["complete, 1 of 1: complete"],
      ]);
      expect((await all(slow)).map(tell)).toEqual(["complete, 1 of 1: complete"]);
      expect((await all(slow))[0]?.executions[0]).toMatchObject({ executedAtMs: 0, durationMs: 61 * MINUTE_MS });
    });
  });

  it("is lost where its process has died and nobody takes its place", async () => {
    await simulate(async ({ store, client, advance }) => {
      const dying = client();
      const shop = hubOn(
        dying.store,
        destination(() => NEVER, { timeoutMs: Number.POSITIVE_INFINITY }),
      );
      await shop.emit([1]);
      const run = collect(shop.run());
      await advance(30 * MINUTE_MS);
      dying.crash();
      const others = hubOn(store, completes);
      expect((await others.markLost()).items).toEqual([]);
      await advance(16 * MINUTE_MS);
      expect((await others.markLost()).items.map(tell)).toEqual(["lost, 0 of 0: "]);
      run.stop();
    });
  });

  it("may end while its process says that it is at it", async () => {
    await simulate(async (simulation) => {
      const { store, scheduler, advance } = simulation;
      const holds = holding(store, 1, (sent) =>
        effect((asker) =>
          sent.run(
            (answers) => {
              scheduler.schedule(() => {
                asker.next(answers);
                asker.complete();
              }, 30_000);
            },
            (error) => asker.error(error),
          ),
        ),
      );
      const { attempts, slow } = slowOn(holds, simulation, 10 * MINUTE_MS + 10);
      await slow.emit([1]);
      const run = collect(slow.run({ markLost: { everyMs: 10 * MINUTE_MS } }));
      await advance(10 * MINUTE_MS + 20_000);
      expect(run.seen).toEqual([]);
      await advance(20_000);
      run.stop();
      expect([attempts, (await all(slow)).map(tell)]).toEqual([[1], ["complete, 1 of 1: complete"]]);
      expect((await all(slow))[0]?.executions[0]?.durationMs).toBe(10 * MINUTE_MS + 10);
    });
  });

  it("is called again where nobody knows whether its process has said so", async () => {
    await simulate(async (simulation) => {
      const { store, advance, dropReply } = simulation;
      const { attempts, slow } = slowOn(
        holding(store, 1, (sent) => {
          dropReply();
          return sent;
        }),
        simulation,
        6 * MINUTE_MS + 10,
      );
      await slow.emit([1]);
      const run = collect(slow.run());
      await advance(8 * MINUTE_MS);
      run.stop();
      const [dispatch] = await all(slow);
      expect([dispatch?.status, errorsOf(dispatch?.executions ?? [])]).toEqual(["complete", [undefined]]);
      expect(attempts).toEqual([1, 1]);
    });
  });
});

describe("a handler of who has waited for hours behind another one of its key", () => {
  it("is not overdue while it runs, whoever else runs the hub", async () => {
    await simulate(async ({ store, client, advance, scheduler }) => {
      const definition = { key: "$.k", retryDelay: { type: "constant", interval: 7_200 } } as const;
      const work: Handler<unknown> = ({ payload }, { attempt }) =>
        timer(30_000, scheduler).pipe(
          map(() => {
            if ((payload as { n: number }).n === 1 && attempt === 1) throw new Error("no");
            return Complete;
          }),
        );
      const shop = hubOn(store, work, definition);
      await shop.emit([
        { k: "a", n: 1 },
        { k: "a", n: 2 },
      ]);
      const run = collect(shop.run());
      await advance(7_260_000 + 10);
      const others = hubOn(client().store, work, definition);
      expect((await others.markLost()).items).toEqual([]);
      await advance(40_000);
      run.stop();
      expect((await all(shop)).map(tell)).toEqual(["complete, 2 of 2: failed, complete", "complete, 1 of 1: complete"]);
    });
  });
});
