/** Appends for tests, with everything filled in that a case does not speak of. */
import type { EventId } from "../../../core/EventId.js";
import { newId } from "../../../core/newId.js";
import type { Options } from "../../../core/options.js";
import type { AppendStep, NewEvent, StreamExpected } from "../../../core/steps/Append.js";

export const anyVersion: StreamExpected = { _tag: "Any" };
export const noEvents: StreamExpected = { _tag: "Absent" };
export const someEvents: StreamExpected = { _tag: "Present" };
export const atVersion = (version: number, lastId?: EventId): StreamExpected => ({ _tag: "At", version, lastId });

export type EventDraft = Options<{ id: EventId; type: string; meta: string }>;

/** An event of type "happened", with a fresh id and no meta, unless the draft says otherwise. */
export const newEvent = (data: string, draft: EventDraft = {}): NewEvent => ({
  id: draft.id ?? (newId() as EventId),
  type: draft.type ?? "happened",
  data,
  meta: draft.meta ?? "",
});

export type AppendDraft = Options<{ expected: StreamExpected; closes: boolean }>;

/** Appends these events, whatever the stream's version is, and leaves it open, unless the draft says otherwise. */
export const appendStep = (
  stream: string,
  events: ReadonlyArray<NewEvent | string>,
  draft: AppendDraft = {},
): AppendStep => ({
  _tag: "Append",
  stream,
  expected: draft.expected ?? anyVersion,
  events: events.map((event) => (typeof event === "string" ? newEvent(event) : event)),
  closes: draft.closes ?? false,
});
