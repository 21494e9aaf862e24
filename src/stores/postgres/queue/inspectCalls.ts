/** The calls of people who look at a queue and change it: their requests, and how replies are read. */
import { utf8Length } from "../../../core/bytes.js";
import type { MessageId } from "../../../core/MessageId.js";
import {
  type BlockTarget,
  type Inspect,
  MOVED_BYTES_MAX,
  type PageRequest,
  type PastFailure,
  type Portion,
  type PurgeRequest,
  type QueueStats,
  type RedriveFromRequest,
  type Redriven,
  type RedriveRequest,
  type StoredBlock,
  type StoredDeadLetter,
  type StoredMessage,
} from "../../../port/Inspect.js";
import { type Page, PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { KeyHead, QueuePort } from "../../../port/QueuePort.js";
import { decodeText, encodeText, FIELD, ITEM, RECORD } from "../connection/text.js";
import { wholeCount } from "../connection/wholeCount.js";
import { allKeyLocks, keyLock } from "../write/locks.js";
import { headersOf, keyOf } from "./leaseCalls.js";

/** A function of the store, as one value: what a request says beside the queue and the time, and what the reply means. */
export interface FunctionOf<in R, out A> {
  readonly name: string;
  readonly encode: (request: R) => object;
  readonly decode: (reply: string, request: R) => A;
}

const recordsOf = (reply: string): ReadonlyArray<string> => (reply === "" ? [] : reply.split(RECORD));

const historyOf = (text: string): ReadonlyArray<PastFailure> =>
  text === ""
    ? []
    : text.split(ITEM).map((item) => {
        const blank = item.indexOf(" ");
        return { atMs: Number(item.slice(0, blank)), cause: decodeText(item.slice(blank + 1)) };
      });

const storedOf = (fields: ReadonlyArray<string>): StoredMessage => {
  const [id = "", key = "", headers = "", failures, at, first, history = "", payload = ""] = fields;
  return {
    id: decodeText(id) as MessageId,
    key: keyOf(key),
    headers: headersOf(headers),
    payload: decodeText(payload),
    failures: Number(failures),
    enqueuedAtMs: Number(at),
    firstEnqueuedAtMs: Number(first),
    history: historyOf(history),
  };
};

export const statsCall: FunctionOf<unknown, QueueStats> = {
  name: "stats_1",
  encode: () => ({}),
  decode: (reply) => {
    const [enqueued = 0, ready = 0, waiting = 0, delayed = 0, leased = 0, blocked = 0, ...rest] = reply
      .split(FIELD)
      .map(Number);
    const [acked = 0, dead = 0, purged = 0, paused, halted] = rest;
    const counts = { enqueued, ready, waiting, delayed, leased, blocked, acked, dead, purged };
    return { ...counts, paused: paused === 1, halted: halted === 1 };
  },
};

export const peekCall: FunctionOf<{ readonly limit: number }, ReadonlyArray<StoredMessage>> = {
  name: "peek_1",
  encode: ({ limit }) => ({ limit, bytesMax: PORTION_BYTES_MAX }),
  decode: (reply) => recordsOf(reply).map((record) => storedOf(record.split(FIELD))),
};

export const headsCall: FunctionOf<
  Pick<Parameters<QueuePort["heads"]>[0], "keys">,
  ReadonlyArray<KeyHead | undefined>
> = {
  name: "heads_1",
  encode: ({ keys }) => ({ keys: keys.map(encodeText) }),
  decode: (reply, { keys }) => {
    if (keys.length === 0) return [];
    return reply.split(RECORD).map((record) => {
      if (record === "") return undefined;
      return { mark: record.length > 1 ? record.slice(2) : undefined, blocked: record.startsWith("1") };
    });
  },
};

/** A position as the server reads it; one that no message ever had, where the text is none. */
const positionOf = (text: string): string => (/^\d{1,18}$/.test(text) ? text : "-1");

const encodePage = ({ after, limit }: PageRequest): object => ({
  after: after === undefined ? "-1" : positionOf(after),
  limit,
  bytesMax: PORTION_BYTES_MAX,
});

/** A message that was set aside: its position, since when, whether it halts the queue, and why. */
interface SetAside {
  readonly position: string;
  readonly atMs: number;
  readonly halts: boolean;
  readonly cause: string;
  readonly stored: StoredMessage;
}

const readPage = <T>(reply: string, show: (aside: SetAside) => T): Page<T> => {
  const [more, ...records] = reply.split(RECORD);
  let last = "";
  const items = records.map((record) => {
    const [position = "", at, halts, cause = "", ...fields] = record.split(FIELD);
    last = position;
    return show({
      position,
      atMs: Number(at),
      halts: halts === "1",
      cause: decodeText(cause),
      stored: storedOf(fields),
    });
  });
  return { items, next: more === "1" ? last : undefined };
};

export const blockedCall: FunctionOf<PageRequest, Page<StoredBlock>> = {
  name: "blocked_1",
  encode: encodePage,
  decode: (reply) =>
    readPage(reply, ({ stored, atMs, cause, halts }) => ({
      ...stored,
      sinceMs: atMs,
      cause,
      scope: halts ? "queue" : "key",
    })),
};

export const deadLettersCall: FunctionOf<PageRequest, Page<StoredDeadLetter>> = {
  name: "dead_letters_1",
  encode: encodePage,
  decode: (reply) =>
    readPage(reply, ({ stored, position, atMs, cause }) => ({ ...stored, position, deadAtMs: atMs, cause })),
};

export const pauseCall: FunctionOf<{ readonly paused: boolean }, void> = {
  name: "pause_1",
  encode: ({ paused }) => ({ paused }),
  decode: () => undefined,
};

const portionOf = (reply: string): Portion => {
  const [count, more] = reply.split(" ");
  return { count: Number(count), more: more === "1" };
};

/** The locks of a call about one key, or about any. */
const locksOf = (queue: string, key: string | undefined): ReadonlyArray<number> =>
  key === undefined ? allKeyLocks : [keyLock(queue, key)];

export const unblockCall: FunctionOf<Parameters<Inspect["unblock"]>[0], Portion> = {
  name: "unblock_1",
  encode: ({ queue, target, decision, limit }) => ({
    locks: locksOf(queue, typeof target === "object" && "key" in target ? target.key : undefined),
    target: targetOf(target),
    decision,
    limit: wholeCount(limit),
    bytesMax: MOVED_BYTES_MAX,
  }),
  decode: portionOf,
};

const targetOf = (target: BlockTarget): object | string => {
  if (typeof target === "string") return target;
  return "key" in target ? { key: encodeText(target.key) } : { id: encodeText(target.id) };
};

export const purgeCall: FunctionOf<PurgeRequest, Portion> = {
  name: "purge_1",
  encode: ({ queue, limit, followersOf }) => ({
    locks: locksOf(queue, followersOf),
    limit: wholeCount(limit),
    followersOf: followersOf === undefined ? null : encodeText(followersOf),
  }),
  decode: portionOf,
};

const redrivenOf = (reply: string): Redriven => {
  const [count, seen, next] = reply.split(" ");
  return { count: Number(count), seen: Number(seen), next };
};

export const redriveCall: FunctionOf<RedriveRequest, Redriven> = {
  name: "redrive_1",
  encode: ({ letters }) => ({
    locks: allKeyLocks,
    bytesMax: MOVED_BYTES_MAX,
    letters: letters.map(({ position, id, payload }) => [
      positionOf(position),
      encodeText(id),
      payload === undefined ? null : encodeText(payload),
      payload === undefined ? null : utf8Length(payload),
    ]),
  }),
  decode: redrivenOf,
};

export const redriveFromCall: FunctionOf<RedriveFromRequest, Redriven> = {
  name: "redrive_from_1",
  encode: ({ after, seenMax, limit, ids }) => ({
    locks: allKeyLocks,
    after: after === undefined ? "-1" : positionOf(after),
    seenMax,
    limit: wholeCount(limit),
    ids: ids === undefined ? null : ids.map(encodeText),
    bytesMax: MOVED_BYTES_MAX,
  }),
  decode: redrivenOf,
};
