/** The step that adds events to a stream of the log. */

import type { EventId } from "../EventId.js";
import { escapeText } from "../escapeText.js";
import { invariant } from "../invariant.js";
import { type Position, tailOf } from "../Position.js";
import {
  invalidConfig,
  type StreamClosed,
  streamClosed,
  type VersionConflict,
  versionConflict,
} from "../SluiceError.js";
import type { StepKind } from "./StepKind.js";

/** An event to be added; all but its id and type is opaque to stores. */
export interface NewEvent {
  readonly id: EventId;
  readonly type: string;
  readonly data: string;
  /** Without line breaks. */
  readonly meta: string;
}

/**
 * What the stream must be: any, without an event so far, with one, or at this version (and, where its id is given, with this event as its
 * last one). `At` version 0 is `Absent`.
 */
export type StreamExpected =
  | { readonly _tag: "Any" | "Absent" | "Present" }
  | { readonly _tag: "At"; readonly version: number; readonly lastId?: EventId | undefined };

/** Adds these events, in their order, or none. Without events, and where it does not close, it is a check alone. */
export interface AppendStep {
  readonly _tag: "Append";
  readonly stream: string;
  readonly expected: StreamExpected;
  readonly events: ReadonlyArray<NewEvent>;
  /** Whether the stream takes no more events from then on. */
  readonly closes: boolean;
}

export interface AppendedResult {
  readonly _tag: "Appended";
  /** Of the stream, behind these events. */
  readonly version: number;
  /** Of the last of these events; those before it stand right before it. Undefined without events. */
  readonly position: Position | undefined;
}

/** What decides on an append: the state of its stream. */
export interface StreamState {
  /** How many events it ever had. */
  readonly version: number;
  /** Of the last event that it ever had. */
  readonly lastId: EventId | undefined;
  readonly closed: boolean;
}

/** Why a stream in this state refuses the step: as closed first, then by its version, then by its last event. */
export const streamRefusal = (
  { stream, expected, events, closes }: AppendStep,
  { version, lastId, closed }: StreamState,
): StreamClosed | VersionConflict | undefined => {
  if (closed && (events.length > 0 || closes)) return streamClosed(stream, version);
  return isAsExpected(expected, version, lastId) ? undefined : versionConflict({ stream, expected, actual: version });
};

const isAsExpected = (expected: StreamExpected, version: number, lastId: EventId | undefined): boolean => {
  switch (expected._tag) {
    case "Any":
      return true;
    case "Absent":
      return version === 0;
    case "Present":
      return version > 0;
    case "At":
      return version === expected.version && (version === 0 || isLast(expected.lastId, lastId));
  }
};

/** Ids are compared by the part that stands in positions: stores keep no more of a stream. */
const isLast = (expected: EventId | undefined, actual: EventId | undefined): boolean =>
  expected === undefined || (actual !== undefined && tailOf(expected) === tailOf(actual));

export const Append: StepKind<AppendStep, AppendedResult, VersionConflict | StreamClosed> = {
  result: "Appended",
  count: ({ events }) => Math.max(1, events.length),
  size: ({ events }, measure) => {
    let size = 0;
    for (const { type, data, meta } of events) size += measure(type) + measure(data) + measure(meta);
    return size;
  },
  // Two that each expect a version can never both be done; one that expects any stands behind whatever was added before it.
  changes: ({ stream, expected, events }) =>
    events.length > 0 && (expected._tag === "At" || expected._tag === "Absent")
      ? `stream ${escapeText(stream)}`
      : undefined,
  meets: (_, { stream }) =>
    invalidConfig(
      "writes",
      `Two of the writes that are joined add events to the stream ${JSON.stringify(stream)}, each as it was before: decide both together, or run them one after the other.`,
    ),
  ends: false,
  refusal: ({ tag, data }, step) => {
    const version = Number(data);
    if (tag === "STREAM_CLOSED") return streamClosed(step.stream, version);
    invariant(tag === "VERSION_CONFLICT", `an append was refused with ${tag}`);
    return versionConflict({ stream: step.stream, expected: step.expected, actual: version });
  },
  done: undefined,
};
