/** Hubs in processes of their own on a real server, which are killed: no dispatch is lost, none has no event, none is forgotten. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Dispatch } from "sluice/hub";
import { afterEach, describe, expect, it, vi } from "vitest";
import { worldOn } from "../hub/world.js";
import { atEnd } from "../support/atEnd.js";
import { eachBackend } from "./backends.js";
import { storeAt } from "./storeAt.js";

const script = fileURLToPath(new URL("./hubProcess.ts", import.meta.url));

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

const exitOf = (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once("exit", resolve));

const LIVES = { ignored: 0, misconfigured: 0, lost: 0, ongoing: 0 };

describe.each(eachBackend)("hubs in processes, on %s", (_, aPlace) => {
  it("of which some are killed, end every dispatch once, and what kills its process as failed", {
    timeout: 60_000,
  }, async () => {
    const place = await aPlace();
    const lines: Array<string> = [];
    const start = (role: "emits too" | "runs"): ChildProcess => {
      const args = ["--import", "tsx", script, place.url, place.name, role];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
      children.add(child);
      return child;
    };
    const store = storeAt(place);
    atEnd(() => store.close());
    const world = worldOn(store, { deadly: () => undefined });
    const running = (count: number): Promise<void> =>
      vi.waitFor(() => expect(lines.filter((line) => line === "runs").length).toBe(count), { timeout: 20_000 });
    const emitted = (count: number): Promise<void> =>
      vi.waitFor(async () => expect((await world.counts()).ALL.complete).toBeGreaterThan(count), { timeout: 20_000 });

    const first = start("emits too");
    const second = start("emits too");
    await running(2);
    await emitted(100);
    first.kill("SIGKILL");
    await exitOf(first);
    // Three lives for the one that kills, and one more process for what is left.
    const [deadly] = await world.emit([{ n: 1, deadly: true }]);
    const doomed = [second, start("runs"), start("runs")];
    await Promise.all(doomed.map(exitOf));
    start("runs");
    await vi.waitFor(
      async () => {
        const { ALL, BOTH } = await world.counts();
        expect([ALL.ongoing, BOTH.ongoing]).toEqual([0, 0]);
      },
      { timeout: 20_000, interval: 100 },
    );

    const { ALL, BOTH } = await world.counts();
    const dispatches: Array<Dispatch> = [];
    let after: string | undefined;
    let events = 0;
    do {
      const page = await world.listEvents({ after, limit: 1_000 });
      for (const { payload, dispatches: own } of page.items) {
        events += 1;
        expect(own.map(({ destination }) => destination)).toEqual(payload.both === true ? ["ALL", "BOTH"] : ["ALL"]);
        dispatches.push(...own);
      }
      after = page.next;
    } while (after !== undefined);
    expect(ALL).toEqual({ ...LIVES, complete: events - 1, failed: 1 });
    expect(BOTH).toEqual({ ...LIVES, complete: 0, failed: 0, ignored: dispatches.length - events });
    const killer = dispatches.find(({ eventId }) => eventId === deadly);
    expect([killer?.status, killer?.executionCount]).toEqual(["failed", 3]);
    expect(lines.filter((line) => line !== "runs")).toEqual([]);
    for (const destination of ["ALL", "BOTH"])
      expect(await store.stats(`sluice.hub/${destination}/world`)).toMatchObject({
        ...{ ready: 0, waiting: 0, delayed: 0, blocked: 0, dead: 0 },
      });
  });
});
