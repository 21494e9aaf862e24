/** How long to wait before the next attempt: growing, jittered, capped, bounded in count and in time. */
import type { Attempt } from "./FailurePolicy.js";
import { DELAY_MS_MAX, type Options, oneOf, optionsOf, realNumber, shown, wholeNumber } from "./options.js";
import { invalidConfig } from "./SluiceError.js";

/** How delays grow: by a factor, by the same amount each time, or not. */
export type Growth = "exponential" | "linear" | "none";

export type Jitter = "none" | "full" | "equal" | "decorrelated";

/** Options of a backoff; see `Backoff` for units and defaults. */
export type BackoffOptions = Options<Backoff>;

export interface Backoff {
  /** The delay before the second attempt, milliseconds. Default 200; 0 retries at once. */
  readonly initialMs: number;
  /**
   * How the delays grow before jitter: "exponential" by `factor`, "linear" by `initialMs` each time, "none" not at all. Default
   * "exponential". "decorrelated" jitter has a growth of its own, and goes with no other than the default.
   */
  readonly growth: Growth;
  /** By how much each delay of exponential growth is longer than the one before. Default 2; no other growth takes one. */
  readonly factor: number;
  /** No delay is longer, jitter included. Milliseconds, default 60,000. */
  readonly delayMsMax: number;
  /** Default "none". */
  readonly jitter: Jitter;
  /** Attempts in all, the first included: the attempt with this number is not retried. Default: no bound of its own. 0 and 1 never retry. */
  readonly attemptsMax: number;
  /** No attempt becomes due later than this many milliseconds after the enqueue. Default: no bound. */
  readonly deadlineMs: number;
}

const NAMES = ["initialMs", "growth", "factor", "delayMsMax", "jitter", "attemptsMax", "deadlineMs"] as const;

/** Checks the options and fills in the defaults, or throws `InvalidConfig`. */
export const makeBackoff = (given: BackoffOptions = {}): Backoff => {
  const options = optionsOf(given, NAMES);
  const growth = oneOf("growth", options.growth ?? "exponential", ["exponential", "linear", "none"]);
  const jitter = oneOf("jitter", options.jitter ?? "none", ["none", "full", "equal", "decorrelated"]);
  if (growth !== "exponential") checkFits(growth, jitter, options.factor);
  return {
    initialMs: realNumber("initialMs", options.initialMs ?? 200, { min: 0, max: DELAY_MS_MAX }),
    growth,
    factor: realNumber("factor", options.factor ?? 2, { min: 0, max: 1_000 }),
    delayMsMax: realNumber("delayMsMax", options.delayMsMax ?? 60_000, { min: 0, max: DELAY_MS_MAX }),
    jitter,
    attemptsMax:
      options.attemptsMax === undefined || options.attemptsMax === Number.POSITIVE_INFINITY
        ? Number.POSITIVE_INFINITY
        : wholeNumber("attemptsMax", options.attemptsMax, { min: 0, max: Number.MAX_SAFE_INTEGER }),
    deadlineMs: realNumber("deadlineMs", options.deadlineMs ?? Number.POSITIVE_INFINITY, {
      min: 0,
      max: Number.POSITIVE_INFINITY,
    }),
  };
};

/** Refuses what would have no effect beside another growth than the exponential one. */
const checkFits = (growth: Growth, jitter: Jitter, factor: number | undefined): void => {
  if (jitter === "decorrelated")
    throw invalidConfig(
      "growth",
      `growth must be "exponential", or left out, with decorrelated jitter, which has a growth of its own, not ${shown(growth)}.`,
    );
  if (factor !== undefined)
    throw invalidConfig(
      "factor",
      `factor must be left out with growth ${shown(growth)}: only exponential growth has one.`,
    );
};

/** The delay after the attempt of this number, before jitter. */
const growths: { readonly [G in Growth]: (backoff: Backoff, attempt: number) => number } = {
  exponential: ({ initialMs, factor }, attempt) => initialMs * factor ** (attempt - 1),
  linear: ({ initialMs }, attempt) => initialMs * attempt,
  none: ({ initialMs }) => initialMs,
};

/**
 * The delay after the attempt of this number (1 is the first) has failed: whole milliseconds, jittered first, then capped.
 *
 * Growth: exponential d = initial · factor^(attempt − 1) · linear d = initial · attempt · none d = initial. Jitter, with r in
 * [0, 1): none d · full r·d · equal d/2 + r·d/2 · decorrelated s(n) = initial + r·(3·s(n − 1) − initial), s(0) = initial.
 * Source: Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015), which caps first. Here jitter comes
 * first, so most delays far beyond the cap end up at the cap.
 */
export const backoffDelayMs = (backoff: Backoff, attempt: number, random: () => number): number => {
  const { initialMs, growth, delayMsMax } = backoff;
  if (initialMs === 0) return 0; // 0 · factor^n is NaN once factor^n overflows
  const delayMs = jittered(backoff, Math.min(growths[growth](backoff, attempt), Number.MAX_VALUE));
  return Math.min(Math.round(delayMs), Math.floor(delayMsMax));

  // The nth attempt takes the nth draw of the seeded generator, so a replay of an attempt has the same delay.
  function jittered({ jitter }: Backoff, delayMs: number): number {
    if (jitter === "none") return delayMs;
    if (jitter === "decorrelated") return decorrelated();
    let draw = random();
    for (let i = 1; i < attempt; i++) draw = random();
    return jitter === "full" ? draw * delayMs : delayMs / 2 + (draw * delayMs) / 2;
  }

  function decorrelated(): number {
    let sleepMs = initialMs;
    for (let i = 0; i < attempt; i++)
      sleepMs = Math.min(initialMs + random() * Math.max(0, 3 * sleepMs - initialMs), delayMsMax);
    return sleepMs;
  }
};

/** What a delay is computed from: the attempt that failed, when its message was enqueued, and the time now. */
interface Failed extends Pick<Attempt, "nowMs" | "random"> {
  readonly message: Pick<Attempt["message"], "attempt" | "enqueuedAtMs">;
}

/** The delay before the next attempt, or undefined where attempts or time are used up. */
export const nextDelayMs = (backoff: Backoff, { message, nowMs, random }: Failed): number | undefined => {
  if (message.attempt >= backoff.attemptsMax) return undefined;
  const delayMs = backoffDelayMs(backoff, message.attempt, random);
  return nowMs + delayMs > message.enqueuedAtMs + backoff.deadlineMs ? undefined : delayMs;
};
