import { asyncScheduler, VirtualTimeScheduler } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it, vi } from "vitest";
import { soon, systemScheduler, unhurried } from "../../../src/core/Clock.js";

const virtual: ReadonlyArray<[string, () => VirtualTimeScheduler]> = [
  ["VirtualTimeScheduler", () => new VirtualTimeScheduler()],
  ["TestScheduler", () => new TestScheduler(() => undefined)],
];

describe("systemScheduler", () => {
  it("tells about the time of the machine", () => {
    expect(Math.abs(systemScheduler.now() - Date.now())).toBeLessThan(5_000);
  });

  it("neither jumps nor runs backwards when the clock of the machine is set", () => {
    const before = systemScheduler.now();
    const date = vi.spyOn(Date, "now").mockReturnValue(0);
    const setBack = systemScheduler.now();
    date.mockReturnValue(Number.MAX_SAFE_INTEGER);
    const setForth = systemScheduler.now();
    expect(setBack).toBeGreaterThanOrEqual(before);
    expect(setForth).toBeGreaterThanOrEqual(setBack);
    expect(setForth - before).toBeLessThan(5_000);
  });

  it("runs what it is given after the delay, with its state", () => {
    vi.useFakeTimers();
    try {
      const work = vi.fn();
      systemScheduler.schedule(work, 50, "state");
      vi.advanceTimersByTime(49);
      expect(work).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(work).toHaveBeenCalledExactlyOnceWith("state");
    } finally {
      vi.useRealTimers();
    }
  });

  it("forgets what is unsubscribed in time", () => {
    vi.useFakeTimers();
    try {
      const work = vi.fn();
      systemScheduler.schedule(work, 50).unsubscribe();
      vi.advanceTimersByTime(100);
      expect(work).not.toHaveBeenCalled();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("soon", () => {
  describe.each(virtual)("on a %s", (_, make) => {
    it("runs once, in the frame of now, after the present work", () => {
      const scheduler = make();
      const frames: Array<string> = [];
      scheduler.schedule(() => {
        soon(scheduler, () => frames.push(`soon at ${scheduler.now()}`));
        frames.push("present work");
      }, 7);
      scheduler.flush();
      expect(frames).toEqual(["present work", "soon at 7"]);
    });

    it("runs not at all when it is unsubscribed before", () => {
      const scheduler = make();
      const work = vi.fn();
      soon(scheduler, work).unsubscribe();
      scheduler.flush();
      expect(work).not.toHaveBeenCalled();
    });
  });

  it("runs on the system's time after synchronous work and microtasks, without a timer", async () => {
    const order: Array<string> = [];
    const timer = vi.spyOn(asyncScheduler, "schedule");
    const done = new Promise<void>((resolve) => {
      soon(systemScheduler, () => {
        order.push("soon");
        resolve();
      });
    });
    order.push("synchronous");
    void Promise.resolve()
      .then(() => order.push("microtask"))
      .then(() => order.push("microtask of a microtask"));
    await done;
    expect(order).toEqual(["synchronous", "microtask", "microtask of a microtask", "soon"]);
    expect(timer).not.toHaveBeenCalled();
  });

  it("is forgotten on the system's time when it is unsubscribed before", async () => {
    const work = vi.fn();
    soon(systemScheduler, work).unsubscribe();
    await new Promise((resolve) => setImmediate(resolve));
    expect(work).not.toHaveBeenCalled();
  });

  it("uses the scheduler of the caller, whatever it is", () => {
    const schedule = vi.fn();
    soon({ now: () => 0, schedule }, () => undefined);
    expect(schedule).toHaveBeenCalledExactlyOnceWith(expect.any(Function), 0);
  });
});

describe("unhurried", () => {
  it("has the clock of the system, and timers that do not keep the process alive", async () => {
    const made = vi.spyOn(globalThis, "setTimeout");
    const quiet = unhurried(systemScheduler);
    expect(Math.abs(quiet.now() - systemScheduler.now())).toBeLessThan(50);
    const told: Array<unknown> = [];
    quiet.schedule((state) => void told.push(state), 1, "state");
    quiet.schedule((state) => void told.push(state), 1, "never").unsubscribe();
    const timers = made.mock.results.map(({ value }) => value as NodeJS.Timeout);
    expect(timers.map((timer) => timer.hasRef())).toEqual([false, false]);
    await expect.poll(() => told).toEqual(["state"]);
  });

  it("leaves any other scheduler as it is", () => {
    const scheduler = new VirtualTimeScheduler();
    expect(unhurried(scheduler)).toBe(scheduler);
  });
});
