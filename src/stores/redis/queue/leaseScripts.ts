/** The scripts for leases: take, take back, extend, leave, and those for consumers that wait. */
import { noHeaders } from "../../../core/Envelope.js";
import { invariant } from "../../../core/invariant.js";
import type { Hands, Lease } from "../../../port/Lease.js";
import type { Script } from "../scripts/script.js";
import { readHandedText } from "./handed.js";
import { barePayloadOf, enqueuedAtMsOf, idOf, isBare, type ReadParcel, readParcel } from "./parcel.js";
import { bareTokenOf, tokenOf, tokenStem } from "./token.js";

/** One lease request of a slot; see `Slots`. */
export interface Request {
  /** The key of its slot. */
  readonly slot: string;
  readonly serial: number;
  /** Its name, unique for ever. */
  readonly name: string;
}

interface OnQueue {
  /** The key of the queue. */
  readonly queue: string;
  /** The time that a test gives, else an empty text. */
  readonly given: string;
}

export interface LeaseInput extends OnQueue {
  /** When it is asked, by the scheduler's clock. */
  readonly askedMs: number;
  readonly request: Request;
  readonly max: number;
  readonly bytesMax: number;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  readonly deadLettersMax: number;
  /** The consumer that is to own the queue; empty where the queue is not exclusive. */
  readonly owner: string;
  /** Whether the consumer waits if there is nothing: the next message may be handed over to it. */
  readonly waits: boolean;
  readonly deliveriesMax: number;
  readonly hands: Hands;
}

/** What a request got, and what it may wait for. */
export interface LeaseReply {
  readonly leases: ReadonlyArray<Lease>;
  /** The server's time. */
  readonly nowMs: number;
  /** In how many ms something changes by itself; undefined where nothing does. */
  readonly changeMs: number | undefined;
  /** Whether another consumer owns the queue. */
  readonly standsBy: boolean;
  /** Whether there was more to do than one call may: ask again at once. */
  readonly goesOn: boolean;
  /** Whether a suspect is next that these hands may not have: the consumer does not wait for it. */
  readonly standsBack: boolean;
}

/** What all leases of one reply have in common. */
interface Shared {
  /** The beginning of their tokens. */
  readonly stem: string;
  /** When they began, by the server's clock. */
  readonly leasedAtMs: number;
  /** When they were asked for, by the scheduler's clock. */
  readonly askedMs?: number;
}

const leaseOf = (parcel: ReadParcel, place: number, { stem, leasedAtMs, askedMs }: Shared): Lease => {
  const { id, payload, key, headers, failures, suspect, enqueuedAtMs, firstEnqueuedAtMs, unreadable } = parcel;
  const token = tokenOf(stem, place, parcel);
  const attempt = failures + 1;
  const lease = {
    id,
    token,
    payload,
    key,
    headers,
    attempt,
    suspect,
    enqueuedAtMs,
    firstEnqueuedAtMs,
    leasedAtMs,
    ...(askedMs === undefined ? undefined : { askedMs }),
  };
  return unreadable === undefined ? lease : { ...lease, unreadable };
};

/** The lease of a bare parcel, read from it directly: nearly all parcels are bare. */
const bareLeaseOf = (parcel: string, place: number, { stem, leasedAtMs, askedMs }: Required<Shared>): Lease => {
  const id = idOf(parcel);
  const enqueuedAtMs = enqueuedAtMsOf(parcel);
  return {
    id,
    token: bareTokenOf(stem, place, id),
    payload: barePayloadOf(parcel),
    key: undefined,
    headers: noHeaders,
    attempt: 1,
    suspect: false,
    enqueuedAtMs,
    firstEnqueuedAtMs: enqueuedAtMs,
    leasedAtMs,
    askedMs,
  };
};

/** A message that came by a blocking read, and for how long it is leased. */
export interface HandedOver {
  readonly lease: Lease;
  readonly leaseMs: number;
}

/** Reads what was handed over; undefined where the text is a wake-up. */
export const readHandedOver = (text: string): HandedOver | undefined => {
  const handed = readHandedText(text);
  if (handed === undefined) return undefined;
  const { parcel, stem, atMs, leaseMs } = handed;
  return { lease: leaseOf(parcel, 0, { stem, leasedAtMs: atMs }), leaseMs };
};

/** How many messages one call leases at most, whatever it is asked: the server serves nobody else meanwhile. */
const LEASE_COUNT_MAX = 10_000;

const count = (value: number): string => Math.min(Math.floor(value), Number.MAX_SAFE_INTEGER).toFixed(0);

export const leaseScript: Script<LeaseInput, LeaseReply> = {
  name: "lease",
  encode: ({ queue, given, request, owner, waits, hands, ...limits }) => ({
    keys: [queue, request.slot],
    args: [
      given,
      String(request.serial),
      request.name,
      count(Math.min(limits.max, LEASE_COUNT_MAX)),
      count(limits.bytesMax),
      count(Math.ceil(limits.leaseMs)),
      count(limits.attemptsMax),
      count(limits.deadLettersMax),
      owner,
      waits ? "1" : "0",
      count(limits.deliveriesMax),
      hands,
    ],
  }),
  decode: (reply, { request, askedMs }) => {
    invariant(Array.isArray(reply) && reply.length >= 4, "a lease answers at least four values");
    const values = reply as ReadonlyArray<string | number>;
    const stem = tokenStem(String(values[0]), request.name);
    const nowMs = Number(values[1]);
    const shared = { stem, leasedAtMs: nowMs, askedMs };
    const leases: Array<Lease> = [];
    for (let i = 4; i < values.length; i++) {
      const parcel = values[i];
      if (typeof parcel !== "string" || parcel === "") continue;
      leases.push(isBare(parcel) ? bareLeaseOf(parcel, i - 4, shared) : leaseOf(readParcel(parcel), i - 4, shared));
    }
    const changeMs = values[2] === "" ? undefined : Number(values[2]);
    const verdict = values[3];
    return { leases, nowMs, changeMs, standsBy: verdict === 1, standsBack: verdict === 2, goesOn: verdict === 3 };
  },
};

/** Answers how many messages it gave back. */
export const cancelScript: Script<OnQueue & { readonly request: Request }, number> = {
  name: "cancel",
  encode: ({ queue, given, request }) => ({
    keys: [queue, request.slot],
    args: [given, String(request.serial), request.name],
  }),
  decode: Number,
};

export interface GiveBackInput extends OnQueue {
  /** The token of the message that was handed over; empty for a wake-up. */
  readonly token: string;
  /** Whether it is a wake-up for those that stand by. */
  readonly standsBy: boolean;
}

/** Answers how many messages it gave back. */
export const giveBackScript: Script<GiveBackInput, number> = {
  name: "giveBack",
  encode: ({ queue, given, token, standsBy }) => ({ keys: [queue], args: [given, token, standsBy ? "1" : "0"] }),
  decode: Number,
};

/** Answers for each token whether it was live. */
export const extendScript: Script<
  OnQueue & { readonly tokens: ReadonlyArray<string>; readonly leaseMs: number; readonly unbegun: number },
  ReadonlyArray<boolean>
> = {
  name: "extend",
  encode: ({ queue, given, tokens, leaseMs, unbegun }) => ({
    keys: [queue, `${queue}:x`],
    args: [given, count(Math.ceil(leaseMs)), String(unbegun), ...tokens],
  }),
  decode: (reply) => Array.from(String(reply), (answer) => answer === "1"),
};

export const leaveScript: Script<{ readonly queue: string; readonly owner: string }, void> = {
  name: "leave",
  encode: ({ queue, owner }) => ({ keys: [queue], args: [owner] }),
  decode: () => undefined,
};

export interface LookInput {
  readonly given: string;
  readonly leaseMs: number;
  readonly queues: ReadonlyArray<string>;
  /** "=" and the consumer, of each queue; none where no queue is exclusive. */
  readonly owners: ReadonlyArray<string>;
}

/** What a look found at one queue. */
export interface Looked {
  /** "stands by": another consumer owns the queue. */
  readonly state: "waits" | "stands by" | "ready";
  /** In how many ms something changes by time; undefined where nothing does. */
  readonly changeMs: number | undefined;
}

export interface LookReply {
  /** The server's time. */
  readonly nowMs: number;
  readonly looked: ReadonlyArray<Looked>;
}

const waits: Looked = { state: "waits", changeMs: undefined };
const ready: Looked = { state: "ready", changeMs: undefined };

const lookedOf = (answer: string | number): Looked => {
  if (answer === "") return waits;
  if (answer === "r") return ready;
  return typeof answer === "number"
    ? { state: "waits", changeMs: answer }
    : { state: "stands by", changeMs: Number(answer.slice(1)) };
};

export const lookScript: Script<LookInput, LookReply> = {
  name: "look",
  encode: ({ given, leaseMs, queues, owners }) => ({
    keys: queues,
    args: [given, count(Math.ceil(leaseMs)), ...owners],
  }),
  decode: (reply, { queues }) => {
    invariant(Array.isArray(reply) && reply.length === 1 + queues.length, "a look answers once per queue");
    const [nowMs, ...answers] = reply as ReadonlyArray<string | number>;
    return { nowMs: Number(nowMs), looked: answers.map(lookedOf) };
  },
};

/** `ends`: the lists that end blocking reads. There must be a queue or an end. */
export const endWaitScript: Script<
  { readonly queues: ReadonlyArray<string>; readonly ends: ReadonlyArray<string> },
  void
> = {
  name: "endWait",
  encode: ({ queues, ends }) => ({ keys: [...queues, ...ends], args: [String(queues.length)] }),
  decode: () => undefined,
};
