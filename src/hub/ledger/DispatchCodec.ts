/** The stored form of a dispatch: an array, since there may be a million of them. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { decodePayload, ENVELOPE_VERSION } from "../../codec/envelope.js";
import { type DispatchState, type Execution, STATUSES, type Status } from "../Dispatch.js";
import { type DispatchId, DispatchIdCodec, type HubEventId, HubEventIdCodec } from "../ids.js";
import type { Settings } from "../routes/compiled.js";

export const dispatchText = (dispatch: DispatchState): string => {
  const { eventId, destination, key, createdAtMs, settings, status, executionCount, executions } = dispatch;
  const { dueAtMs, waitSeconds, resultedAtMs, retryOf } = dispatch;
  const { delaySeconds, maxRetries, retryDelay } = settings;
  const runs = executions.map(({ result, executedAtMs, durationMs, error }) =>
    error === undefined ? [result, executedAtMs, durationMs] : [result, executedAtMs, durationMs, error],
  );
  const made = [eventId, destination, status, createdAtMs] as const;
  const json = JSON.stringify([
    ...made,
    delaySeconds,
    maxRetries,
    retryDelay,
    executionCount,
    runs,
    dueAtMs,
    waitSeconds,
    resultedAtMs,
    retryOf,
    key,
  ]);
  return ENVELOPE_VERSION + json;
};

/** What `dispatchText` has made, or why it is none of this version. The id of a record is not in its value. */
export const readDispatch = (id: DispatchId, text: string): Either<ReadonlyArray<string>, DispatchState> => {
  const json = decodePayload(t.unknown, text);
  if (isLeft(json)) return json;
  const dispatch = Array.isArray(json.right) ? read(id, json.right) : undefined;
  return dispatch === undefined ? left(["it is no dispatch of this version"]) : right(dispatch);
};

const read = (id: DispatchId, parts: ReadonlyArray<unknown>): DispatchState | undefined => {
  const [eventId, destination, status, createdAtMs, delaySeconds, maxRetries, retryDelay, executionCount, runs] = parts;
  const [, , , , , , , , , dueAtMs, waitSeconds, resultedAtMs, retryOf, key] = parts;
  if (!HubEventIdCodec.is(eventId) || typeof destination !== "string" || !isStatus(status)) return undefined;
  if (!isNumber(createdAtMs) || !isNumber(executionCount) || !isNumber(waitSeconds)) return undefined;
  if (!isNumber(delaySeconds) || !isNumber(maxRetries) || !isRetryDelay(retryDelay)) return undefined;
  const executions = Array.isArray(runs) ? runs.map(executionOf) : [undefined];
  if (!executions.every((one) => one !== undefined)) return undefined;
  if (!isOr(dueAtMs, isNumber) || !isOr(resultedAtMs, isNumber)) return undefined;
  if (!isOr(retryOf, isDispatchId) || !isOr(key, isText)) return undefined;
  return {
    id,
    eventId,
    destination,
    key: key ?? undefined,
    createdAtMs,
    settings: { delaySeconds, maxRetries, retryDelay },
    status,
    executionCount,
    executions,
    dueAtMs: dueAtMs ?? undefined,
    waitSeconds,
    resultedAtMs: resultedAtMs ?? undefined,
    retryOf: retryOf ?? undefined,
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
