import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import {
  type Backoff,
  type BackoffOptions,
  backoffDelayMs,
  makeBackoff,
  nextDelayMs,
} from "../../../src/core/Backoff.js";
import type { Attempt } from "../../../src/core/FailurePolicy.js";
import type { Message } from "../../../src/core/Message.js";
import { DELAY_MS_MAX } from "../../../src/core/options.js";
import { randomOf } from "../../../src/core/Random.js";

const highest = (): number => 1 - 2 ** -32;
const lowest = (): number => 0;
const middle = (): number => 0.5;

const delays = (options: BackoffOptions, random: () => number, attempts = 5): ReadonlyArray<number> => {
  const backoff = makeBackoff(options);
  return Array.from({ length: attempts }, (_, i) => backoffDelayMs(backoff, i + 1, random));
};

const anyGrowth = fc.oneof(
  fc.record({
    jitter: fc.constantFrom("none" as const, "full" as const, "equal" as const, "decorrelated" as const),
    factor: fc.oneof(fc.constantFrom(0, 1, 2, 1_000), fc.double({ min: 0, max: 1_000, noNaN: true })),
  }),
  fc.record({
    jitter: fc.constantFrom("none" as const, "full" as const, "equal" as const),
    growth: fc.constantFrom("linear" as const, "none" as const),
  }),
);

const anyBackoff: fc.Arbitrary<Backoff> = fc
  .record({
    initialMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: DELAY_MS_MAX, noNaN: true })),
    delayMsMax: fc.oneof(fc.constant(0), fc.double({ min: 0, max: DELAY_MS_MAX, noNaN: true })),
    growth: anyGrowth,
  })
  .map(({ growth, ...options }) => makeBackoff({ ...options, ...growth }));

const anyAttempt = fc.integer({ min: 1, max: 4_000 });

describe("makeBackoff", () => {
  it("fills in its defaults", () => {
    const defaults = {
      initialMs: 200,
      growth: "exponential",
      factor: 2,
      delayMsMax: 60_000,
      jitter: "none",
      attemptsMax: Number.POSITIVE_INFINITY,
      deadlineMs: Number.POSITIVE_INFINITY,
    };
    expect(makeBackoff()).toEqual(defaults);
    expect(makeBackoff({ initialMs: undefined, factor: undefined, jitter: undefined, attemptsMax: undefined })).toEqual(
      defaults,
    );
  });

  it.each(["linear", "none"] as const)("takes growth %s with any jitter but the decorrelated one", (growth) => {
    for (const jitter of ["none", "full", "equal"] as const)
      expect(makeBackoff({ growth, jitter, factor: undefined })).toMatchObject({ growth, jitter });
    expect(() => makeBackoff({ growth, jitter: "decorrelated" })).toThrow(
      expect.objectContaining({
        _tag: "InvalidConfig",
        option: "growth",
        message: `growth must be "exponential", or left out, with decorrelated jitter, which has a growth of its own, not "${growth}".`,
      }),
    );
  });

  it.each(["linear", "none"] as const)("refuses a factor beside growth %s, whatever it is", (growth) => {
    for (const factor of [0, 1, 2])
      expect(() => makeBackoff({ growth, factor })).toThrow(
        expect.objectContaining({ _tag: "InvalidConfig", option: "factor" }),
      );
  });

  it("takes decorrelated jitter beside the growth that is the default, told or not", () => {
    expect(makeBackoff({ growth: "exponential", jitter: "decorrelated", factor: 3 })).toEqual(
      makeBackoff({ jitter: "decorrelated", factor: 3 }),
    );
  });

  it("keeps every zero that it is given", () => {
    const zeros = { initialMs: 0, factor: 0, delayMsMax: 0, attemptsMax: 0, deadlineMs: 0 };
    expect(makeBackoff(zeros)).toMatchObject(zeros);
  });

  it.each<[keyof Backoff, unknown]>([
    ["initialMs", -1],
    ["initialMs", Number.NaN],
    ["initialMs", Number.POSITIVE_INFINITY],
    ["initialMs", "200"],
    ["factor", -0.5],
    ["factor", Number.NaN],
    ["factor", 1_001],
    ["delayMsMax", -1],
    ["delayMsMax", Number.NaN],
    ["delayMsMax", DELAY_MS_MAX + 1],
    ["growth", "some"],
    ["growth", "toString"],
    ["growth", 2],
    ["jitter", "some"],
    ["attemptsMax", -1],
    ["attemptsMax", 1.5],
    ["attemptsMax", Number.NaN],
    ["deadlineMs", -1],
    ["deadlineMs", Number.NaN],
  ])("refuses %s: %s", (option, value) => {
    expect(() => makeBackoff({ [option]: value })).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
  });

  it("takes an infinite attemptsMax and deadline for no bound", () => {
    const bounds = { attemptsMax: Number.POSITIVE_INFINITY, deadlineMs: Number.POSITIVE_INFINITY };
    expect(makeBackoff(bounds)).toMatchObject(bounds);
  });

  it("leaves the caller's options alone", () => {
    const options: BackoffOptions = Object.freeze({ initialMs: 1 });
    expect(makeBackoff(options)).not.toBe(options);
  });
});

describe("backoffDelayMs", () => {
  it("grows by the factor, and stays at the cap", () => {
    expect(delays({ initialMs: 100, factor: 3, delayMsMax: 2_000 }, middle)).toEqual([100, 300, 900, 2_000, 2_000]);
  });

  it("stays constant with factor 1, and shrinks with a factor below 1", () => {
    expect(delays({ initialMs: 100, factor: 1 }, middle, 3)).toEqual([100, 100, 100]);
    expect(delays({ initialMs: 100, factor: 0.5 }, middle, 3)).toEqual([100, 50, 25]);
    expect(delays({ initialMs: 100, factor: 0 }, middle, 3)).toEqual([100, 0, 0]);
  });

  it("doubles the delay of exponential growth, which is the default", () => {
    expect(delays({ initialMs: 100 }, middle, 4)).toEqual([100, 200, 400, 800]);
    expect(delays({ initialMs: 100, growth: "exponential", delayMsMax: 500 }, middle)).toEqual([
      100, 200, 400, 500, 500,
    ]);
  });

  it("adds the initial delay each time with linear growth, up to the cap", () => {
    expect(delays({ initialMs: 50, growth: "linear" }, middle)).toEqual([50, 100, 150, 200, 250]);
    expect(delays({ initialMs: 200, growth: "linear", delayMsMax: 500 }, middle, 4)).toEqual([200, 400, 500, 500]);
    expect(delays({ initialMs: 0, growth: "linear" }, middle, 2)).toEqual([0, 0]);
  });

  it("keeps the initial delay where there is no growth, under the cap", () => {
    expect(delays({ initialMs: 200, growth: "none" }, middle, 3)).toEqual([200, 200, 200]);
    expect(delays({ initialMs: 700, growth: "none", delayMsMax: 500 }, middle, 2)).toEqual([500, 500]);
  });

  it("jitters what has grown, whatever the growth, and caps then", () => {
    expect(delays({ initialMs: 100, growth: "linear", jitter: "full" }, middle, 3)).toEqual([50, 100, 150]);
    expect(delays({ initialMs: 100, growth: "linear", jitter: "equal" }, middle, 3)).toEqual([75, 150, 225]);
    expect(delays({ initialMs: 100, growth: "none", jitter: "full" }, middle, 2)).toEqual([50, 50]);
    expect(delays({ initialMs: 100, growth: "none", jitter: "equal" }, lowest, 2)).toEqual([50, 50]);
    expect(delays({ initialMs: 1_000, growth: "linear", jitter: "full", delayMsMax: 500 }, () => 0.125, 5)).toEqual([
      125, 250, 375, 500, 500,
    ]);
  });

  it("draws full jitter from the whole of [0, delay)", () => {
    expect(delays({ initialMs: 100, jitter: "full" }, lowest, 3)).toEqual([0, 0, 0]);
    expect(delays({ initialMs: 100, jitter: "full" }, middle, 3)).toEqual([50, 100, 200]);
    expect(delays({ initialMs: 100, jitter: "full" }, highest, 3)).toEqual([100, 200, 400]);
  });

  it("draws equal jitter from the upper half", () => {
    expect(delays({ initialMs: 100, jitter: "equal" }, lowest, 3)).toEqual([50, 100, 200]);
    expect(delays({ initialMs: 100, jitter: "equal" }, middle, 3)).toEqual([75, 150, 300]);
    expect(delays({ initialMs: 100, jitter: "equal" }, highest, 3)).toEqual([100, 200, 400]);
  });

  it("draws decorrelated jitter between initial and three times the delay before", () => {
    expect(delays({ initialMs: 100, jitter: "decorrelated" }, lowest, 3)).toEqual([100, 100, 100]);
    expect(delays({ initialMs: 100, jitter: "decorrelated" }, middle, 3)).toEqual([200, 350, 575]);
    expect(delays({ initialMs: 100, jitter: "decorrelated" }, highest, 3)).toEqual([300, 900, 2_700]);
  });

  it("jitters first and caps then: a spread above the cap collapses to the cap, one below it stays whole", () => {
    // Capped first, r = 0.5 would give 500 for both kinds.
    expect(delays({ initialMs: 4_000, delayMsMax: 1_000, jitter: "full" }, middle, 1)).toEqual([1_000]);
    expect(delays({ initialMs: 4_000, delayMsMax: 1_000, jitter: "full" }, () => 0.125, 1)).toEqual([500]);
    expect(delays({ initialMs: 4_000, delayMsMax: 1_000, jitter: "equal" }, lowest, 1)).toEqual([1_000]);
  });

  it("is the cap where factor^n overflows", () => {
    const backoff = makeBackoff({ initialMs: 1, factor: 1_000 });
    expect(backoffDelayMs(backoff, 4_000, middle)).toBe(60_000);
    expect(backoffDelayMs({ ...backoff, jitter: "equal" }, 4_000, middle)).toBe(60_000);
  });

  it.each(["none", "full", "equal", "decorrelated"] as const)(
    "stays zero from an initial delay of zero, however large factor^n is, with jitter %s",
    (jitter) => {
      const backoff = makeBackoff({ initialMs: 0, factor: 1_000, jitter });
      expect([1, 2, 103, 104, 105, 4_000].map((attempt) => backoffDelayMs(backoff, attempt, highest))).toEqual([
        0, 0, 0, 0, 0, 0,
      ]);
    },
  );

  it("takes another draw of the seeded sequence for each attempt", () => {
    const backoff = makeBackoff({ initialMs: 10_000, factor: 1, jitter: "full" });
    const drawn = [1, 2, 3, 4].map((attempt) => backoffDelayMs(backoff, attempt, randomOf("seed")));
    expect(new Set(drawn).size).toBe(4);
  });

  test.prop([anyBackoff, anyAttempt, fc.string()])(
    "is whole milliseconds from 0 to the cap, for any options",
    (backoff, attempt, seed) => {
      const delayMs = backoffDelayMs(backoff, attempt, randomOf(seed));
      expect(Number.isInteger(delayMs)).toBe(true);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(delayMs).toBeLessThanOrEqual(backoff.delayMsMax);
    },
  );

  test.prop([anyBackoff, anyAttempt, fc.string()])(
    "is the same again for the same seed and attempt",
    (backoff, attempt, seed) => {
      expect(backoffDelayMs(backoff, attempt, randomOf(seed))).toBe(backoffDelayMs(backoff, attempt, randomOf(seed)));
    },
  );

  test.prop([fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 30 }), fc.string()])(
    "keeps decorrelated delays between initial and three times the one before",
    (initialMs, attempt, seed) => {
      const backoff = makeBackoff({ initialMs, jitter: "decorrelated", delayMsMax: DELAY_MS_MAX });
      const delayMs = backoffDelayMs(backoff, attempt, randomOf(seed));
      const beforeMs = attempt === 1 ? initialMs : backoffDelayMs(backoff, attempt - 1, randomOf(seed));
      expect(delayMs).toBeGreaterThanOrEqual(Math.min(initialMs, DELAY_MS_MAX));
      expect(delayMs).toBeLessThanOrEqual(Math.min(3 * beforeMs + 2, DELAY_MS_MAX));
    },
  );

  test.prop([fc.integer({ min: 0, max: 10_000 }), fc.double({ min: 1, max: 10, noNaN: true }), anyAttempt])(
    "never shrinks from one attempt to the next, without jitter and with a factor of 1 or more",
    (initialMs, factor, attempt) => {
      const backoff = makeBackoff({ initialMs, factor });
      expect(backoffDelayMs(backoff, attempt + 1, middle)).toBeGreaterThanOrEqual(
        backoffDelayMs(backoff, attempt, middle),
      );
    },
  );
});

const attemptAt = (attempt: number, nowMs: number, random = middle): Attempt => ({
  message: { attempt, enqueuedAtMs: 1_000 } as Message<unknown>,
  nowMs,
  random,
});

describe("nextDelayMs", () => {
  it.each([0, 1])("never retries with attemptsMax %i", (attemptsMax) => {
    expect(nextDelayMs(makeBackoff({ attemptsMax }), attemptAt(1, 1_000))).toBeUndefined();
  });

  it("retries up to attemptsMax attempts in all", () => {
    const backoff = makeBackoff({ initialMs: 10, factor: 1, attemptsMax: 3 });
    expect([1, 2, 3, 4].map((attempt) => nextDelayMs(backoff, attemptAt(attempt, 1_000)))).toEqual([
      10,
      10,
      undefined,
      undefined,
    ]);
  });

  it("retries for ever without attemptsMax", () => {
    expect(nextDelayMs(makeBackoff(), attemptAt(4_000, 1_000))).toBe(60_000);
  });

  it("lets an attempt become due at the deadline, counted from the enqueue, and not a millisecond later", () => {
    const backoff = makeBackoff({ initialMs: 10, deadlineMs: 100 });
    expect(nextDelayMs(backoff, attemptAt(1, 1_090))).toBe(10);
    expect(nextDelayMs(backoff, attemptAt(1, 1_091))).toBeUndefined();
  });

  it("retries with a deadline of 0 only at once and in the same millisecond", () => {
    const backoff = makeBackoff({ initialMs: 0, deadlineMs: 0 });
    expect(nextDelayMs(backoff, attemptAt(1, 1_000))).toBe(0);
    expect(nextDelayMs(backoff, attemptAt(1, 1_001))).toBeUndefined();
  });

  it("judges the deadline by the jittered delay", () => {
    const backoff = makeBackoff({ initialMs: 100, jitter: "full", deadlineMs: 50 });
    expect(
      nextDelayMs(
        backoff,
        attemptAt(1, 1_000, () => 0.4),
      ),
    ).toBe(40);
    expect(
      nextDelayMs(
        backoff,
        attemptAt(1, 1_000, () => 0.6),
      ),
    ).toBeUndefined();
  });
});
