/** The calls of those who lease: their requests, and how replies are read. */
import type { MessageHeaders } from "../../../core/Envelope.js";
import { noHeaders, plainHeaders } from "../../../core/Envelope.js";
import { invariant } from "../../../core/invariant.js";
import type { MessageId } from "../../../core/MessageId.js";
import type { Hands, Lease, LeaseRequest } from "../../../port/Lease.js";
import { decodeText, encodeText, FIELD, RECORD } from "../connection/text.js";
import { wholeCount } from "../connection/wholeCount.js";
import { wholeMs } from "../connection/wholeMs.js";
import { tokenOf } from "./token.js";

/** How suspicious a message may be to be given into these hands. */
const SUSPICION_MAX: Readonly<Record<Hands, number>> = { empty: 2, proven: 1, full: 0 };

export interface LeaseFacts {
  readonly given: number | null;
  readonly deadLettersMax: number;
  /** The number of this call. */
  readonly lease: number;
  /** Whether an earlier try may have been done. */
  readonly again: boolean;
}

export const leaseText = (request: LeaseRequest, { given, deadLettersMax, lease, again }: LeaseFacts): string =>
  JSON.stringify({
    now: given,
    lettersMax: deadLettersMax,
    queue: request.queue,
    lease,
    again,
    max: wholeCount(request.max),
    bytesMax: wholeCount(request.bytesMax),
    leaseMs: wholeMs(request.leaseMs),
    attemptsMax: wholeCount(request.attemptsMax),
    deliveriesMax: wholeCount(request.deliveriesMax),
    hands: SUSPICION_MAX[request.hands],
    owner: request.exclusive ? encodeText(request.consumer) : null,
    waits: request.waitMsMax > 0,
  });

/** What a lease is answered. */
export interface LeaseReply {
  readonly leases: ReadonlyArray<Lease>;
  /** Until something may change by itself, milliseconds; Infinity: never. */
  readonly untilMs: number;
  /** Another consumer owns the queue. */
  readonly standsBy: boolean;
  /** A suspect is next that these hands may not have. */
  readonly standsBack: boolean;
  /** It has to ask again at once. */
  readonly goesOn: boolean;
}

export const readLeaseReply = (reply: string, lease: number, askedMs: number): LeaseReply => {
  const [head = "", ...records] = reply.split(RECORD);
  const [now = "", until = "", verdict = ""] = head.split(FIELD);
  const leasedAtMs = Number(now);
  return {
    leases: records.map((record) => leaseOf(record, lease, { leasedAtMs, askedMs })),
    untilMs: until === "" ? Number.POSITIVE_INFINITY : Number(until),
    standsBy: verdict === "1",
    standsBack: verdict === "2",
    goesOn: verdict === "3",
  };
};

const leaseOf = (record: string, lease: number, times: Pick<Lease, "leasedAtMs" | "askedMs">): Lease => {
  const [seq = "", stripe = "", id = "", key = "", headers = "", failures = "", suspect, at, first, payload] =
    record.split(FIELD);
  invariant(payload !== undefined, "a leased message has ten fields");
  const messageId = decodeText(id) as MessageId;
  return {
    id: messageId,
    token: tokenOf({ seq, lease, stripe: stripe === "" ? undefined : Number(stripe) }, messageId),
    payload: decodeText(payload),
    key: keyOf(key),
    headers: headersOf(headers),
    attempt: Number(failures) + 1,
    suspect: suspect === "1",
    enqueuedAtMs: Number(at),
    firstEnqueuedAtMs: Number(first),
    ...times,
  };
};

/** The key behind its "=", since the empty text is a key. */
export const keyOf = (field: string): string | undefined => (field === "" ? undefined : decodeText(field.slice(1)));

export const headersOf = (field: string): MessageHeaders =>
  field === "" ? noHeaders : plainHeaders(JSON.parse(field) as MessageHeaders);
