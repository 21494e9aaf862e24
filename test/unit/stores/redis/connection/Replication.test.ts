/** Which writes one WAIT confirms, and what becomes of those that the server does not have. */
import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import type { CallEnd, Connection } from "../../../../../src/stores/redis/connection/Connection.js";
import { Replication } from "../../../../../src/stores/redis/connection/Replication.js";

interface Asked {
  readonly queues: ReadonlyArray<string>;
  readonly results: ReadonlyArray<string>;
}

const rig = () => {
  const scheduler = new VirtualTimeScheduler();
  const waits: Array<{ readonly asked: Asked; readonly end: CallEnd<ReadonlyArray<boolean>> }> = [];
  const connection = {
    runReplicated: (_: unknown, asked: Asked, end: CallEnd<ReadonlyArray<boolean>>) => waits.push({ asked, end }),
  } as unknown as Connection;
  const replication = new Replication({ connection, scheduler, count: 1, msMax: 1_000 });
  const story: Array<string> = [];
  const confirm = (name: string, results: ReadonlyArray<string> = [name], queue?: string): void =>
    replication.confirm({
      results,
      queue,
      untilMs: 500,
      done: () => story.push(`${name} done`),
      failed: (cause) => story.push(`${name} ${(cause as { readonly _tag: string })._tag}`),
      again: () => story.push(`${name} again`),
    });
  const answer = (...known: ReadonlyArray<boolean>): void => waits.shift()?.end.done(known);
  return { scheduler, waits, story, confirm, answer };
};

describe("writes that wait for replicas", () => {
  it("are confirmed by one WAIT for all that gathered while the one before was under way", () => {
    const { waits, story, confirm, answer } = rig();
    for (const name of ["a", "b", "c"]) confirm(name, [name], "q");
    expect(waits.map(({ asked }) => asked)).toEqual([{ queues: ["q"], results: ["a"] }]);
    answer(true);
    expect(story).toEqual(["a done"]);
    expect(waits.map(({ asked }) => asked)).toEqual([{ queues: ["q"], results: ["b", "c"] }]);
    answer(true, true);
    expect(story).toEqual(["a done", "b done", "c done"]);
    expect(waits).toEqual([]);
  });

  it("are sent again where the server that was to confirm them has not all of their results, and given up in time", () => {
    const { scheduler, story, confirm, answer } = rig();
    confirm("whole", ["1", "2"]);
    answer(true, true);
    confirm("part", ["1", "2"]);
    answer(true, false);
    expect(story).toEqual(["whole done"]);
    scheduler.flush();
    expect(story).toEqual(["whole done", "part again"]);
    scheduler.frame = 500;
    confirm("late");
    answer(false);
    expect(story).toEqual(["whole done", "part again", "late StoreUnavailable"]);
  });

  it("fail together where too few replicas have them, and the next ones are asked for anew", () => {
    const { waits, story, confirm, answer } = rig();
    confirm("a");
    confirm("b");
    waits.shift()?.end.failed({ _tag: "StoreUnavailable" });
    expect(story).toEqual(["a StoreUnavailable"]);
    answer(true);
    expect(story).toEqual(["a StoreUnavailable", "b done"]);
  });
});
