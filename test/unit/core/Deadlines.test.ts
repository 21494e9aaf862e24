import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { Deadlines, type Timed } from "../../../src/core/Deadlines.js";

interface Entry extends Timed<Entry> {
  readonly name: string;
}

const entry = (name: string): Entry => ({ name, dueMs: 0, before: undefined, after: undefined });

const setUp = (afterMs: number) => {
  const scheduler = new VirtualTimeScheduler();
  const due: Array<readonly [string, number]> = [];
  const deadlines = new Deadlines<Entry>({
    scheduler,
    afterMs,
    onDue: (one) => {
      due.push([one.name, scheduler.now()]);
    },
  });
  const at = (ms: number, act: () => void): void => void scheduler.schedule(act, ms);
  return { scheduler, deadlines, due, at };
};

describe("Deadlines", () => {
  it("tells of each entry when its time has come, in the order of adding", () => {
    const { scheduler, deadlines, due, at } = setUp(10);
    at(0, () => deadlines.add(entry("a")));
    at(3, () => deadlines.add(entry("b")));
    at(3, () => deadlines.add(entry("c")));
    at(15, () => deadlines.add(entry("d")));
    scheduler.flush();
    expect(due).toStrictEqual([
      ["a", 10],
      ["b", 13],
      ["c", 13],
      ["d", 25],
    ]);
  });

  it("passes over what was taken out, with one timer for all", () => {
    const { scheduler, deadlines, due, at } = setUp(10);
    const [a, b, c] = [entry("a"), entry("b"), entry("c")];
    at(0, () => deadlines.add(a));
    at(1, () => deadlines.add(b));
    at(2, () => deadlines.add(c));
    at(3, () => {
      expect(scheduler.actions).toHaveLength(1);
      deadlines.remove(a);
      deadlines.remove(b);
    });
    scheduler.flush();
    expect(due).toStrictEqual([["c", 12]]);
  });

  it("rests where nothing waits, and not before", () => {
    const { scheduler, deadlines } = setUp(10);
    const a = entry("a");
    deadlines.add(a);
    deadlines.rest();
    expect(scheduler.actions).toHaveLength(1);
    deadlines.remove(a);
    deadlines.rest();
    expect(scheduler.actions).toHaveLength(0);
    deadlines.add(a);
    expect(scheduler.actions).toHaveLength(1);
    deadlines.stop();
    expect(scheduler.actions).toHaveLength(0);
    expect(deadlines.shift()).toBe(a);
    expect(deadlines.head).toBeUndefined();
  });

  it("takes entries that are added as others fall due", () => {
    const scheduler = new VirtualTimeScheduler();
    const due: Array<readonly [string, number]> = [];
    const deadlines: Deadlines<Entry> = new Deadlines<Entry>({
      scheduler,
      afterMs: 5,
      onDue: ({ name }) => {
        due.push([name, scheduler.now()]);
        if (due.length < 3) deadlines.add(entry(`${name}'`));
      },
    });
    deadlines.add(entry("a"));
    deadlines.add(entry("b"));
    scheduler.schedule(() => expect(scheduler.actions).toHaveLength(1), 7);
    scheduler.flush();
    expect(due).toStrictEqual([
      ["a", 5],
      ["b", 5],
      ["a'", 10],
      ["b'", 10],
    ]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("waits for the end of the burst where the time is 0, and for ever where it is Infinity", () => {
    const burst = setUp(0);
    burst.deadlines.add(entry("a"));
    expect(burst.due).toStrictEqual([]);
    burst.scheduler.flush();
    expect(burst.due).toStrictEqual([["a", 0]]);
    const never = setUp(Number.POSITIVE_INFINITY);
    never.deadlines.add(entry("a"));
    expect(never.scheduler.actions).toHaveLength(0);
    expect(never.deadlines.head?.name).toBe("a");
  });
});
