/** What becomes of a dispatch by an execution: what is on record of it then, and when its message comes again. */
import { describeCause } from "../../core/cause.js";
import { asNonRetryable } from "../../core/nonRetryable.js";
import { type DispatchState, EXECUTIONS_MAX, type Execution } from "../Dispatch.js";
import { asRetryAfter } from "../retryAfter.js";
import { retryDelaySeconds } from "./retryDelay.js";

/** How an attempt went. */
export type Went =
  | { readonly is: "complete" | "ignored" }
  /** `isLast`: no further attempt would mend it. */
  | { readonly is: "failed"; readonly cause: unknown; readonly isLast?: boolean }
  | { readonly is: "misconfigured"; readonly cause: string };

/** An attempt that has ended. */
export interface Attempted {
  readonly went: Went;
  /** Its number, from 1. */
  readonly attempt: number;
  readonly executedAtMs: number;
  readonly endedAtMs: number;
  readonly random: () => number;
}

export interface Concluded {
  readonly state: DispatchState;
  readonly execution: Execution;
  /** Milliseconds until the next attempt; undefined: there is none, and the message is done. */
  readonly delayMs: number | undefined;
}

/** Why an attempt has no execution of its own. */
export const INTERRUPTED = "its process ended, or its lease, before it had a result";

/** The latest ones. An attempt that nobody concluded has left no execution, so one is put in its place: the log counts them all. */
const logOf = (
  { executions, executionCount }: DispatchState,
  missing: number,
  execution: Execution,
): Pick<DispatchState, "executions" | "executionCount"> => {
  const { executedAtMs } = execution;
  if (missing === 0 && executions.length < EXECUTIONS_MAX)
    return { executions: [...executions, execution], executionCount: executionCount + 1 };
  const interrupted = Array.from(
    { length: Math.min(missing, EXECUTIONS_MAX) },
    (): Execution => ({ result: "failed", executedAtMs, durationMs: 0, error: INTERRUPTED }),
  );
  return {
    executions: [...executions, ...interrupted, execution].slice(-EXECUTIONS_MAX),
    executionCount: executionCount + missing + 1,
  };
};

export const conclude = (dispatch: DispatchState, attempted: Attempted): Concluded => {
  const { went, executedAtMs, endedAtMs, attempt } = attempted;
  const durationMs = Math.max(0, endedAtMs - executedAtMs);
  const error = "cause" in went ? errorOf(went.cause) : undefined;
  const execution: Execution = { result: went.is, executedAtMs, durationMs, error };
  const log = logOf(dispatch, Math.max(0, attempt - 1 - dispatch.executionCount), execution);
  const waitSeconds = waitOf(dispatch, attempted);
  const isOver = waitSeconds === undefined;
  const delayMs = isOver ? undefined : waitSeconds * 1_000;
  // Each field by its name: this is done for each delivery, and to spread objects takes several times as long.
  const state: DispatchState = {
    id: dispatch.id,
    eventId: dispatch.eventId,
    destination: dispatch.destination,
    key: dispatch.key,
    createdAtMs: dispatch.createdAtMs,
    settings: dispatch.settings,
    status: isOver ? went.is : "ongoing",
    executionCount: log.executionCount,
    executions: log.executions,
    dueAtMs: delayMs === undefined ? undefined : endedAtMs + delayMs,
    waitSeconds: isOver ? dispatch.waitSeconds : waitSeconds,
    resultedAtMs: isOver ? endedAtMs : undefined,
    retryOf: dispatch.retryOf,
  };
  return { state, execution, delayMs };
};

/** The wait before the next attempt, in seconds; undefined where this one was the last. */
const waitOf = (
  { settings: { maxRetries, retryDelay }, executionCount, waitSeconds }: DispatchState,
  { went, attempt, random }: Attempted,
): number | undefined => {
  if (went.is !== "failed" || went.isLast === true || asNonRetryable(went.cause) !== undefined) return undefined;
  if (attempt > maxRetries) return undefined;
  const asked = asRetryAfter(went.cause)?.delaySeconds;
  return asked ?? retryDelaySeconds(retryDelay, executionCount === 0 ? undefined : waitSeconds, random);
};

/** What wraps a cause tells nothing that the log has not. */
const errorOf = (cause: unknown): string => {
  const forGood = asNonRetryable(cause);
  return describeCause(forGood === undefined ? (asRetryAfter(cause)?.cause ?? cause) : forGood.cause);
};
