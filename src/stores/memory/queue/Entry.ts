/** One message as the memory store keeps it. It stands in exactly one place at a time, so it carries the links of that place. */
import { flat } from "../../../core/bytes.js";
import type { Envelope, MessageHeaders } from "../../../core/Envelope.js";
import type { MessageId } from "../../../core/MessageId.js";
import type { PastFailure, StoredMessage } from "../../../port/Inspect.js";

/** How many failures a message remembers. */
const HISTORY_SIZE_MAX = 10;

/** The parts of a message that never change while it is in the queue. */
export interface EntryFields extends Envelope {
  readonly payload: string;
  /** The priority, 0 to 9. */
  readonly level: number;
}

export class Entry implements EntryFields {
  readonly id: MessageId;
  readonly payload: string;
  readonly key: string | undefined;
  readonly headers: MessageHeaders;
  readonly level: number;
  readonly enqueuedAtMs: number;
  readonly firstEnqueuedAtMs: number;
  /** Failures so far. */
  failures = 0;
  history: Array<PastFailure> | undefined = undefined;
  /** Not leased before this time; 0 where nothing delays it. */
  dueMs = 0;
  /** Its place in the order, a number that the queue counts up: given at its enqueue, and anew at its first lease. */
  order = 0;
  /** Whether it was leased before. */
  returns = false;
  /** Not begun after this time. */
  beginsUntilMs: number = Number.POSITIVE_INFINITY;
  /** The dedupe id that stands for it until it leaves the queue. */
  dedupeId: string | undefined = undefined;
  /** What its enqueuer told of it; a redriven message has none. */
  mark: string | undefined = undefined;
  /** How often in a row its lease ended unsettled, 2 at most. It decides into which hands the message may be given. */
  suspicion = 0;
  /** Whether the latest extension of its lease said that it was not begun. */
  unbegun = false;
  /** How often in a row it was given back uncounted. */
  returned = 0;
  token = "";
  leaseMs = 0;
  expiresAtMs = 0;
  /** The number of the list that last settled it or tried to: so a list that uses a token twice is found. */
  settledBy = 0;
  next: Entry | undefined = undefined;
  previous: Entry | undefined = undefined;

  constructor(fields: EntryFields) {
    this.id = fields.id;
    this.payload = flat(fields.payload);
    this.key = fields.key;
    this.headers = fields.headers;
    this.level = fields.level;
    this.enqueuedAtMs = fields.enqueuedAtMs;
    this.firstEnqueuedAtMs = fields.firstEnqueuedAtMs;
  }
}

/** Counts a failure and notes it in the history. The caller sets `suspicion`: it knows whether the lease was settled or ended. */
export const addFailure = (entry: Entry, failure: PastFailure): void => {
  entry.failures++;
  entry.returned = 0;
  entry.history ??= [];
  entry.history.push(failure);
  if (entry.history.length > HISTORY_SIZE_MAX) entry.history.shift();
};

/** A copy for people to look at. */
export const storedOf = (entry: Entry): StoredMessage => ({
  id: entry.id,
  key: entry.key,
  headers: entry.headers,
  payload: entry.payload,
  failures: entry.failures,
  enqueuedAtMs: entry.enqueuedAtMs,
  firstEnqueuedAtMs: entry.firstEnqueuedAtMs,
  history: entry.history?.slice() ?? [],
});
