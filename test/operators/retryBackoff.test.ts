import { concat, defer, map, of } from "rxjs";
import { type BackoffOptions, deadLetter, type Handled, retryBackoff, settle } from "sluice";
import { describe, expect, it } from "vitest";
import { decisionLaws, whenLaws } from "../support/decisionLaws.js";
import { failedWith, type HandledOptions } from "../support/handledOf.js";
import { tellHandled, tellSettlement } from "../support/tell.js";

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

  it("leaves the last attempt to the decisions that follow: attemptsMax counts attempts in all", () => {
    expect(afterwards({ initialMs: 1, factor: 1, attemptsMax: 3 }, { attempt: 2 })).toBe("Failed(no): Retry in 1 ms");
    expect(afterwards({ attemptsMax: 3 }, { attempt: 3 })).toBe("Failed(no)");
    expect(afterwards({ attemptsMax: 3 }, { attempt: 4 })).toBe("Failed(no)");
    expect(afterwards({ attemptsMax: 0 })).toBe("Failed(no)");
    expect(afterwards({ attemptsMax: 1 })).toBe("Failed(no)");
  });

  it("ends no retries by itself: what it leaves undecided is retried by the default backoff", () => {
    const seen: Array<string> = [];
    const failed$ = defer(() => of<AnyHandled>(failedWith("a", "no", { attempt: 3 })));
    const once = retryBackoff({ attemptsMax: 3 });
    const settled$ = concat(failed$.pipe(once, settle()), failed$.pipe(once, deadLetter(), settle()));
    settled$.pipe(map(tellSettlement)).subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["a Retry in 800 ms", "a Reject"]);
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
