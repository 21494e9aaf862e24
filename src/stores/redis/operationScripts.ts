/** The scripts behind what people do with a queue. */
import { invariant } from "../../core/invariant.js";
import type {
  BlockDecision,
  BlockTarget,
  Page,
  QueueStats,
  RedriveRequest,
  StoredBlock,
  StoredDeadLetter,
  StoredMessage,
} from "../../store/Operations.js";
import { escapeText } from "./keys.js";
import { encodeId, encodePayload, readRecord, storedOf } from "./record.js";
import type { Script } from "./script.js";

interface OnQueue {
  readonly queue: string;
  readonly given: string;
}

const textsOf = (reply: unknown): ReadonlyArray<string> => {
  invariant(Array.isArray(reply), "the reply is a list");
  return reply as ReadonlyArray<string>;
};

export const statsScript: Script<OnQueue, QueueStats> = {
  name: "stats",
  encode: ({ queue, given }) => ({ keys: [queue], args: [given] }),
  decode: (reply) => {
    const [enqueued, ready, waiting, delayed, leased, blocked, acked, dead, purged, paused, halted] = textsOf(
      reply,
    ).map(Number) as [number, number, number, number, number, number, number, number, number, number, number];
    return {
      enqueued,
      ready,
      waiting,
      delayed,
      leased,
      blocked,
      acked,
      dead,
      purged,
      paused: paused === 1,
      halted: halted === 1,
    };
  },
};

export const peekScript: Script<OnQueue & { readonly limit: number }, ReadonlyArray<StoredMessage>> = {
  name: "peek",
  encode: ({ queue, given, limit }) => ({ keys: [queue], args: [given, String(limit)] }),
  decode: (reply) => textsOf(reply).map((record) => storedOf(readRecord(record))),
};

export const pauseScript: Script<{ readonly queue: string; readonly paused: boolean }, void> = {
  name: "pause",
  encode: ({ queue, paused }) => ({ keys: [queue], args: [paused ? "1" : "0"] }),
  decode: () => undefined,
};

/** An entry as `lua/include/shelf.lua` writes it: position and time in hex, the rest of its note, a line break, the record. */
interface Shelved {
  readonly position: number;
  readonly atMs: number;
  readonly note: string;
  readonly stored: StoredMessage;
}

const readShelved = (entry: string): Shelved => {
  const end = entry.indexOf("\n", 21);
  return {
    position: Number.parseInt(entry.slice(0, 10), 16),
    atMs: Number.parseInt(entry.slice(10, 21), 16),
    note: entry.slice(21, end),
    stored: storedOf(readRecord(entry.slice(end + 1))),
  };
};

const pageScript = <T>(shelf: string, show: (shelved: Shelved) => T): Script<PageInput, Page<T>> => ({
  name: "page",
  encode: ({ queue, after, limit }) => ({ keys: [queue + shelf], args: [positionOf(after), String(limit)] }),
  decode: (reply) => {
    const [more, ...entries] = textsOf(reply);
    const shelved = entries.map(readShelved);
    const last = shelved.at(-1);
    return {
      items: shelved.map(show),
      next: Number(more) === 1 && last !== undefined ? String(last.position) : undefined,
    };
  },
});

interface PageInput {
  readonly queue: string;
  readonly after: string | undefined;
  readonly limit: number;
}

// Positions are opaque to users; what is none of ours begins at the beginning.
const positionOf = (after: string | undefined): string =>
  after !== undefined && /^\d{1,15}$/.test(after) ? after : "0";

const SCOPE_AND_ORDER_LENGTH = 14;

export const blockedScript: Script<PageInput, Page<StoredBlock>> = pageScript(":b", ({ atMs, note, stored }) => ({
  ...stored,
  sinceMs: atMs,
  cause: JSON.parse(note.slice(SCOPE_AND_ORDER_LENGTH)) as string,
  scope: note.startsWith("q") ? "queue" : "key",
}));

export const deadLettersScript: Script<PageInput, Page<StoredDeadLetter>> = pageScript(
  ":dead",
  ({ position, atMs, note, stored }) => ({
    ...stored,
    position: String(position),
    deadAtMs: atMs,
    cause: JSON.parse(note) as string,
  }),
);

export interface UnblockInput extends OnQueue {
  readonly target: BlockTarget;
  readonly decision: BlockDecision;
  readonly limit: number;
  readonly deadLettersMax: number;
}

export const unblockScript: Script<UnblockInput, number> = {
  name: "unblock",
  encode: ({ queue, given, target, decision, limit, deadLettersMax }) => {
    const [kind, name] = targetOf(target);
    return { keys: [queue], args: [given, kind, name, decision, String(limit), String(deadLettersMax)] };
  },
  decode: Number,
};

const targetOf = (target: BlockTarget): readonly [kind: string, name: string] => {
  if (typeof target === "string") return [target, ""];
  return "key" in target ? ["key", escapeText(target.key)] : ["id", encodeId(target.id)];
};

export const redriveScript: Script<OnQueue & Pick<RedriveRequest, "letters">, number> = {
  name: "redrive",
  encode: ({ queue, given, letters }) => {
    const args = [given];
    for (const { position, payload } of letters)
      args.push(positionOf(position), payload === undefined ? "" : encodePayload(payload));
    return { keys: [queue], args };
  },
  decode: Number,
};

export const purgeScript: Script<OnQueue & { readonly limit: number }, number> = {
  name: "purge",
  encode: ({ queue, given, limit }) => ({ keys: [queue], args: [given, String(limit)] }),
  decode: Number,
};
