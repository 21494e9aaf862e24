/** The stored form of a dispatch: an array, since there may be a million of them. */
import * as t from "io-ts";
import { ENVELOPE_VERSION } from "../../codec/envelope.js";
import { type DispatchState, type Execution, STATUSES, type Status } from "../Dispatch.js";
import { type DispatchId, DispatchIdCodec, type HubEventId, HubEventIdCodec } from "../ids.js";
import type { Settings } from "../routes/compiled.js";

/** The id of a record is not in its value. */
export type StoredDispatch = Omit<DispatchState, "id">;

export const dispatchText = (dispatch: StoredDispatch): string => {
  const { eventId, destination, key, createdAtMs, settings, status, executionCount, executions } = dispatch;
  const { dueAtMs, waitSeconds, resultedAtMs, retryOf } = dispatch;
  const { delaySeconds, maxRetries, retryDelay } = settings;
  const runs = executions.map(({ result, executedAtMs, durationMs, error }) =>
    error === undefined ? [result, executedAtMs, durationMs] : [result, executedAtMs, durationMs, error],
  );
  const parts = [eventId, destination, status, createdAtMs, delaySeconds, maxRetries, retryDelay, executionCount, runs];
  return ENVELOPE_VERSION + JSON.stringify([...parts, dueAtMs, waitSeconds, resultedAtMs, retryOf, key]);
};

/** Reads what `dispatchText` has made. */
export const DispatchCodec: t.Type<StoredDispatch, unknown> = new t.Type<StoredDispatch, unknown>(
  "Dispatch",
  (value): value is StoredDispatch => typeof value === "object" && value !== null && "waitSeconds" in value,
  (json, context) => {
    const dispatch = Array.isArray(json) ? read(json) : undefined;
    return dispatch === undefined ? t.failure(json, context, "it is no dispatch of this version") : t.success(dispatch);
  },
  () => {
    throw new TypeError("a hub makes the texts of its dispatches itself");
  },
);

const read = (parts: ReadonlyArray<unknown>): StoredDispatch | undefined => {
  const [eventId, destination, status, createdAtMs, delaySeconds, maxRetries, retryDelay, executionCount, runs] = parts;
  const [dueAtMs, waitSeconds, resultedAtMs, retryOf, key] = parts.slice(9);
  if (!HubEventIdCodec.is(eventId) || typeof destination !== "string" || !isStatus(status)) return undefined;
  if (!isNumber(createdAtMs) || !isNumber(executionCount) || !isNumber(waitSeconds)) return undefined;
  if (!isNumber(delaySeconds) || !isNumber(maxRetries) || !isRetryDelay(retryDelay)) return undefined;
  const executions = Array.isArray(runs) ? runs.map(executionOf) : [undefined];
  if (!executions.every((one) => one !== undefined)) return undefined;
  if (!isOr(dueAtMs, isNumber) || !isOr(resultedAtMs, isNumber)) return undefined;
  if (!isOr(retryOf, isDispatchId) || !isOr(key, isText)) return undefined;
  return {
    eventId,
    destination,
    status,
    createdAtMs,
    settings: { delaySeconds, maxRetries, retryDelay },
    executionCount,
    executions,
    waitSeconds,
    dueAtMs: dueAtMs ?? undefined,
    resultedAtMs: resultedAtMs ?? undefined,
    retryOf: retryOf ?? undefined,
    key: key ?? undefined,
  };
};

const isNumber = (value: unknown): value is number => typeof value === "number";
const isText = (value: unknown): value is string => typeof value === "string";
const isDispatchId = (value: unknown): value is DispatchId => DispatchIdCodec.is(value);
const isStatus = (value: unknown): value is Status => STATUSES.some((status) => status === value);

/** JSON has no undefined. */
const isOr = <A>(value: unknown, is: (value: unknown) => value is A): value is A | null | undefined =>
  value === null || value === undefined || is(value);

const isRetryDelay = (value: unknown): value is Settings["retryDelay"] => {
  if (typeof value !== "object" || value === null) return false;
  const { type, interval, base, max } = value as Readonly<Record<string, unknown>>;
  return type === "constant" ? isNumber(interval) : type === "exponential" && isNumber(base) && isNumber(max);
};

const executionOf = (run: unknown): Execution | undefined => {
  if (!Array.isArray(run)) return undefined;
  const [result, executedAtMs, durationMs, error] = run as ReadonlyArray<unknown>;
  if (!isNumber(executedAtMs) || !isNumber(durationMs) || !isOr(error, isText)) return undefined;
  const known = RESULTS.find((one) => one === result);
  return known && { result: known, executedAtMs, durationMs, error: error ?? undefined };
};

const RESULTS: ReadonlyArray<Execution["result"]> = ["complete", "ignored", "failed", "misconfigured"];

/** What a message of a hub says: which dispatch it is of. The event stands beside it, so that both are read in one call. */
export interface DispatchRef {
  readonly dispatchId: DispatchId;
  readonly eventId: HubEventId;
}

export const refText = ({ dispatchId, eventId }: DispatchRef): string =>
  `${ENVELOPE_VERSION}["${dispatchId}","${eventId}"]`;

/** All queues of hubs have this one codec. */
export const DispatchRefCodec: t.Type<DispatchRef, unknown> = new t.Type<DispatchRef, unknown>(
  "DispatchRef",
  (value): value is DispatchRef => typeof value === "object" && value !== null && "dispatchId" in value,
  (json, context) => {
    const [dispatchId, eventId] = Array.isArray(json) ? (json as ReadonlyArray<unknown>) : [];
    return DispatchIdCodec.is(dispatchId) && HubEventIdCodec.is(eventId)
      ? t.success({ dispatchId, eventId })
      : t.failure(json, context, "it names no dispatch");
  },
  ({ dispatchId, eventId }) => [dispatchId, eventId],
);
