import { map, type Observable, of } from "rxjs";
import {
  type BackoffOptions,
  block,
  type Decision,
  deadLetter,
  decide,
  getPolicyMonoid,
  type Handled,
  retryBackoff,
  settle,
} from "sluice";
import { describe, expect, it } from "vitest";
import { decisionLaws, whenLaws } from "../../support/decisionLaws.js";
import { failedWith, type HandledOptions } from "../../support/handledOf.js";
import { tellHandled, tellSettlement } from "../../support/tell.js";

type AnyHandled = Handled<string, unknown, unknown>;

const afterwards = (options: BackoffOptions, handled: HandledOptions = {}): string => {
  let seen = "";
  of(failedWith("a", "no", handled))
    .pipe(retryBackoff(options), map(tellHandled))
    .subscribe((text) => {
      seen = text;
    });
  return seen;
};

const delays = (options: BackoffOptions, attempts: ReadonlyArray<number>): ReadonlyArray<string> =>
  attempts.map((attempt) => afterwards(options, { attempt }).replace("Failed(no): Retry in ", ""));

describe("retryBackoff", () => {
  decisionLaws(() => retryBackoff({ initialMs: 7 }), "Retry in 7 ms");
  whenLaws((when) => retryBackoff({ initialMs: 7, when }), "Retry in 7 ms");

  it("doubles from 200 ms to a minute by default, without jitter", () => {
    expect(delays({}, [1, 2, 3, 9, 10, 4_000])).toStrictEqual([
      "200 ms",
      "400 ms",
      "800 ms",
      "51200 ms",
      "60000 ms",
      "60000 ms",
    ]);
  });

  it("grows by the factor up to the longest delay", () => {
    expect(delays({ initialMs: 10, factor: 3, delayMsMax: 100 }, [1, 2, 3, 4])).toStrictEqual([
      "10 ms",
      "30 ms",
      "90 ms",
      "100 ms",
    ]);
    expect(delays({ initialMs: 0 }, [1, 5])).toStrictEqual(["0 ms", "0 ms"]);
  });

  it("grows by as much each time, or not at all, where it is told to", () => {
    expect(delays({ initialMs: 50, growth: "linear" }, [1, 2, 5])).toStrictEqual(["50 ms", "100 ms", "250 ms"]);
    expect(delays({ initialMs: 100, growth: "exponential", delayMsMax: 500 }, [1, 2, 4])).toStrictEqual([
      "100 ms",
      "200 ms",
      "500 ms",
    ]);
    expect(delays({ initialMs: 200, growth: "none" }, [1, 7])).toStrictEqual(["200 ms", "200 ms"]);
    expect(() => retryBackoff({ growth: "linear", factor: 2 })).toThrow(expect.objectContaining({ option: "factor" }));
  });

  it("leaves the last attempt to the decisions that follow: attemptsMax counts attempts in all", () => {
    expect(afterwards({ initialMs: 1, factor: 1, attemptsMax: 3 }, { attempt: 2 })).toBe("Failed(no): Retry in 1 ms");
    expect(afterwards({ attemptsMax: 3 }, { attempt: 3 })).toBe("Failed(no)");
    expect(afterwards({ attemptsMax: 3 }, { attempt: 4 })).toBe("Failed(no)");
    expect(afterwards({ attemptsMax: 0 })).toBe("Failed(no)");
    expect(afterwards({ attemptsMax: 1 })).toBe("Failed(no)");
  });

  const settled = (options: HandledOptions, ...decisions: ReadonlyArray<Decision>): string => {
    let seen = "";
    decisions
      .reduce<Observable<AnyHandled>>((source, decision) => source.pipe(decision), of(failedWith("a", "no", options)))
      .pipe(settle(), map(tellSettlement))
      .subscribe((text) => {
        seen = text;
      });
    return seen;
  };

  it("is final: what it gives up is dead-lettered, unless a decision that follows says otherwise", () => {
    const thrice = retryBackoff({ attemptsMax: 3 });
    expect(settled({ attempt: 2 }, thrice)).toBe("a Retry in 400 ms");
    expect(settled({ attempt: 3 }, thrice)).toBe("a Reject");
    expect(settled({ attempt: 3 }, thrice, block())).toBe("a Block key");
    expect(settled({ attempt: 3 }, thrice, deadLetter())).toBe("a Reject");
    expect(settled({ attempt: 3 }, thrice, retryBackoff({ initialMs: 5 }))).toBe("a Retry in 20 ms");
    expect(settled({ attempt: 3 }, block(), thrice)).toBe("a Block key");
    expect(settled({ enqueuedAtMs: 0 }, retryBackoff({ deadlineMs: 60_000 }))).toBe("a Reject");
    expect(settled({ attempt: 3 })).toBe("a Retry in 800 ms");
  });

  it("gives up nothing that `when` excludes", () => {
    const timeouts = retryBackoff({ attemptsMax: 1, when: ({ _tag }) => _tag === "TimedOut" }) as Decision;
    expect(settled({ attempt: 3 }, timeouts)).toBe("a Retry in 800 ms");
  });

  it("gives up for good where what follows throws", () => {
    const throws = decide(() => {
      throw new Error("broke");
    }) as unknown as Decision;
    expect(settled({ attempt: 3 }, retryBackoff({ attemptsMax: 3 }), throws)).toBe("a Reject");
  });

  it("is final in a list of policies, too", () => {
    const { concat } = getPolicyMonoid<unknown>();
    const { policy } = retryBackoff({ attemptsMax: 3 });
    const listed = (...others: ReadonlyArray<Decision>): Decision =>
      decide(others.reduce((all, one) => concat(all, one.policy), policy)) as unknown as Decision;
    expect(settled({ attempt: 3 }, listed())).toBe("a Reject");
    expect(settled({ attempt: 2 }, listed(block()))).toBe("a Retry in 400 ms");
    expect(settled({ attempt: 3 }, listed(block()))).toBe("a Block key");
    expect(settled({ attempt: 3 }, listed(retryBackoff({ attemptsMax: 2 })))).toBe("a Reject");
  });

  it("retries nothing that would become due after the deadline", () => {
    const now = failedWith("now", "no").message.enqueuedAtMs;
    expect(afterwards({ initialMs: 1, deadlineMs: 60_000 }, { enqueuedAtMs: now })).toBe("Failed(no): Retry in 1 ms");
    expect(afterwards({ initialMs: 1, deadlineMs: 60_000 }, { enqueuedAtMs: now - 60_001 })).toBe("Failed(no)");
    expect(afterwards({ initialMs: 1, deadlineMs: 0 }, { enqueuedAtMs: now })).toBe("Failed(no)");
  });

  it.each(["full", "equal", "decorrelated"] as const)("repeats its delay for the same message: %s", (jitter) => {
    const { id } = failedWith("a", "no").message;
    const once = afterwards({ jitter, initialMs: 1_000 }, { id, attempt: 3 });
    expect(afterwards({ jitter, initialMs: 1_000 }, { id, attempt: 3 })).toBe(once);
    const others = new Set(Array.from({ length: 20 }, () => afterwards({ jitter, initialMs: 1_000 }, { attempt: 3 })));
    expect(others.size).toBeGreaterThan(10);
  });

  it.each([
    ["initialMs", -1],
    ["factor", Number.NaN],
    ["delayMsMax", -1],
    ["attemptsMax", 1.5],
    ["deadlineMs", -1],
    ["jitter", "some"],
  ])("refuses %s %s at once", (option, value) => {
    expect(() => retryBackoff({ [option]: value })).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
  });
});
