/** In which order turns leave, which of them leave together, and what leaves while answers are told. */
import { config } from "rxjs";
import { afterEach, describe, expect, it } from "vitest";
import { type Answered, Lane, type Turn } from "../../../../../src/stores/postgres/connection/Lane.js";

interface Added {
  readonly kind?: Turn["kind"];
  readonly weight?: number;
  readonly atOnce?: boolean;
  /** What is done when its answer is told. */
  readonly told?: () => void;
}

/** Lets all that is promised by now happen. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const rig = () => {
  const lane = new Lane();
  /** The calls, as the names of their turns. */
  const calls: Array<string> = [];
  const names = new Map<Turn, string>();
  let under: ((answered: Answered) => void) | undefined;
  let told: () => void = () => undefined;
  const turnOf = (name: string, { kind = "write", weight = 0, atOnce, told: then = () => undefined }: Added): Turn => {
    const turn: Turn = {
      kind,
      weight,
      ...(atOnce === undefined ? {} : { atOnce }),
      run: (turns) => {
        calls.push(turns.map((one) => names.get(one)).join(""));
        told = then;
        return new Promise((resolve) => {
          under = resolve;
        });
      },
    };
    names.set(turn, name);
    return turn;
  };
  return {
    lane,
    calls,
    turnOf,
    add: (name: string, about: Added = {}): void => lane.add(turnOf(name, about)),
    /** Answers the call that is under way. */
    answer: async (left?: Turn): Promise<void> => {
      await settled();
      under?.({ tell: told, left });
      await settled();
    },
  };
};

describe("the lane of a Postgres store", () => {
  const { onUnhandledError } = config;
  afterEach(() => {
    config.onUnhandledError = onUnhandledError;
  });

  it("sends what one burst asks for as one call, writes and the lease behind them, and the rest one by one", async () => {
    const { add, calls, answer } = rig();
    add("a");
    add("b");
    add("l", { kind: "lease" });
    add("c");
    add("o", { kind: "other" });
    add("p", { kind: "other" });
    expect(calls).toEqual([]);
    for (let n = 0; n < 4; n++) await answer();
    expect(calls).toEqual(["abl", "c", "o", "p"]);
  });

  it("sends no more together than a call may weigh, but one that is heavier alone", async () => {
    const { add, calls, answer } = rig();
    add("a", { weight: 0.5 });
    add("b", { weight: 0.5 });
    add("c", { weight: 3 });
    add("d", { weight: 0.1 });
    for (let n = 0; n < 3; n++) await answer();
    expect(calls).toEqual(["ab", "c", "d"]);
  });

  it("sends at once what must leave at once, along with what waited before it", () => {
    const { add, calls } = rig();
    add("a");
    add("l", { kind: "lease", atOnce: true });
    expect(calls).toEqual(["al"]);
  });

  it("sends what answers lead to within their telling where it must leave at once, before the telling is over", async () => {
    const { add, calls, answer } = rig();
    let within: ReadonlyArray<string> = [];
    add("a", {
      told: () => {
        add("c");
        add("l", { kind: "lease", atOnce: true });
        within = [...calls];
      },
    });
    await settled();
    add("b");
    await answer();
    expect(within).toEqual(["a", "bcl"]);
    expect(calls).toEqual(["a", "bcl"]);
  });

  it("sends what waits before promises of those who were told go on", async () => {
    const { add, calls, answer } = rig();
    let found: ReadonlyArray<string> = [];
    add("a", {
      told: () => {
        void Promise.resolve().then(() => {
          found = [...calls];
        });
      },
    });
    await settled();
    add("b");
    await answer();
    expect(found).toEqual(["a", "b"]);
  });

  it("sends first what did not leave with the others", async () => {
    const { add, calls, answer, turnOf } = rig();
    add("a");
    await settled();
    add("b");
    await answer(turnOf("l", { kind: "lease" }));
    await answer();
    expect(calls).toEqual(["a", "l", "b"]);
  });

  it("goes on where a receiver of an answer throws, which is reported", async () => {
    const { add, calls, answer } = rig();
    const reported: Array<unknown> = [];
    config.onUnhandledError = (error) => reported.push(error);
    const error = new Error("a receiver threw");
    add("a", {
      told: () => {
        throw error;
      },
    });
    await settled();
    add("b");
    await answer();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([calls, reported]).toEqual([["a", "b"], [error]]);
  });

  it("goes on where a turn rejects, which is reported", async () => {
    const { add, calls, lane } = rig();
    const reported: Array<unknown> = [];
    config.onUnhandledError = (error) => reported.push(error);
    const error = new Error("a defect");
    lane.add({ kind: "other", weight: 0, run: () => Promise.reject(error) });
    add("a");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([calls, reported]).toEqual([["a"], [error]]);
  });

  it("is idle once nothing waits and all was told", async () => {
    const { add, lane, answer } = rig();
    const over: Array<string> = [];
    await lane.idle();
    add("a", { told: () => over.push("told") });
    void lane.idle().then(() => over.push("idle"));
    add("l", { kind: "lease" });
    add("b");
    await answer();
    expect(over).toEqual(["told"]);
    await answer();
    expect(over).toEqual(["told", "idle"]);
  });
});
