/** What is on record of a dispatch: the way of one event to one destination. */
import type { DispatchResult } from "./Destination.js";
import type { DispatchId, HubEventId } from "./ids.js";
import type { Settings } from "./routes/compiled.js";

/** How a dispatch has ended. */
export type Resulted = DispatchResult | "failed" | "misconfigured" | "lost";

/** "ongoing" until it has a result, which stands for ever. */
export type Status = "ongoing" | Resulted;

/** One run of a handler, or why there was none. */
export interface Execution {
  readonly result: DispatchResult | "failed" | "misconfigured";
  /** When its handler was called, by the store's clock. Of one whose process died: when that was found. Milliseconds since 1970. */
  readonly executedAtMs: number;
  readonly durationMs: number;
  /** Why it failed: one line of at most 256 characters, without the payload. Undefined where it did not. */
  readonly error: string | undefined;
}

/** A dispatch as it is on record. */
export interface Dispatch<out D extends string = string> {
  readonly id: DispatchId;
  readonly eventId: HubEventId;
  readonly destination: D;
  /** What orders it among the others of its destination; undefined: nothing does. */
  readonly key: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Those of its route when it was emitted, or those of its retry: later routes change nothing in it. */
  readonly settings: Settings;
  readonly status: Status;
  /** How often it was executed, also where the log has fewer. */
  readonly executionCount: number;
  /** The latest 100, oldest first. */
  readonly executions: ReadonlyArray<Execution>;
  /** When its next delivery is expected; undefined once it has a result. Milliseconds since 1970. */
  readonly dueAtMs: number | undefined;
  readonly resultedAtMs: number | undefined;
  /** The dispatch that it is a retry of. */
  readonly retryOf: DispatchId | undefined;
}

/** The same with what is needed to go on. */
export interface DispatchState extends Dispatch {
  /** The wait before its latest attempt, which the next one follows from. 0: it was not tried again yet. */
  readonly waitSeconds: number;
}

/** The log of a dispatch has so many executions at most. */
export const EXECUTIONS_MAX = 100;

/** All of them. */
export const STATUSES: ReadonlyArray<Status> = ["ongoing", "complete", "ignored", "failed", "misconfigured", "lost"];
/** Those that stand for ever. */
export const RESULTED: ReadonlyArray<Resulted> = ["complete", "ignored", "failed", "misconfigured", "lost"];

/** As people see it. Each field by its name: to copy all but one takes several times as long. */
export const shownDispatch = (state: DispatchState): Dispatch => ({
  id: state.id,
  eventId: state.eventId,
  destination: state.destination,
  key: state.key,
  createdAtMs: state.createdAtMs,
  settings: state.settings,
  status: state.status,
  executionCount: state.executionCount,
  executions: state.executions,
  dueAtMs: state.dueAtMs,
  resultedAtMs: state.resultedAtMs,
  retryOf: state.retryOf,
});
