/** The scripts for what people do with a queue. */
import { escapeText } from "../../../core/escapeText.js";
import type {
  BlockDecision,
  BlockTarget,
  Portion,
  QueueStats,
  RedriveFromRequest,
  Redriven,
  RedriveRequest,
  StoredBlock,
  StoredDeadLetter,
  StoredMessage,
} from "../../../port/Inspect.js";
import { MOVED_BYTES_MAX } from "../../../port/Inspect.js";
import type { Page } from "../../../port/Page.js";
import { PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { KeyHead } from "../../../port/QueuePort.js";
import { compactId } from "../scripts/compactId.js";
import { type Script, textsOf } from "../scripts/script.js";
import { encodeText } from "../scripts/text.js";
import { readCause, readParcel, storedOf } from "./parcel.js";
import { readBlockNote, readShelved, type Shelved } from "./shelf.js";

interface OnQueue {
  readonly queue: string;
  readonly given: string;
}

/** A call that changes something: the server keeps its answer. */
interface Changing {
  /** The key of its result. */
  readonly result: string;
  /** Keys of results whose replies were read, to be deleted. */
  readonly answered: ReadonlyArray<string>;
}

const BYTES_MAX = String(PORTION_BYTES_MAX);
const BYTES_MOVED_MAX = String(MOVED_BYTES_MAX);

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

/** A head as it stands at its key: "1" or "q" or "b" and a position, then "m" and its mark if it has one; see keyMark.lua. */
const readHead = (text: string): KeyHead | undefined => {
  if (text === "") return undefined;
  const at = text.indexOf("m");
  return { mark: at === -1 ? undefined : text.slice(at + 1), blocked: text.startsWith("b") || text.startsWith("q") };
};

export const headsScript: Script<
  OnQueue & { readonly keys: ReadonlyArray<string> },
  ReadonlyArray<KeyHead | undefined>
> = {
  name: "heads",
  encode: ({ queue, given, keys }) => ({ keys: [queue], args: [given, ...keys.map(escapeText)] }),
  decode: (reply) => textsOf(reply).map(readHead),
};

export const peekScript: Script<OnQueue & { readonly limit: number }, ReadonlyArray<StoredMessage>> = {
  name: "peek",
  encode: ({ queue, given, limit }) => ({ keys: [queue], args: [given, String(limit), BYTES_MAX] }),
  decode: (reply) => textsOf(reply).map((parcel) => storedOf(readParcel(parcel))),
};

export const pauseScript: Script<Changing & { readonly queue: string; readonly paused: boolean }, void> = {
  name: "pause",
  encode: ({ result, queue, answered, paused }) => ({ keys: [result, queue, ...answered], args: [paused ? "1" : "0"] }),
  decode: () => undefined,
};

const pageScript = <T>(shelf: string, show: (shelved: Shelved) => T): Script<PageInput, Page<T>> => ({
  name: "page",
  encode: ({ queue, after, limit }) => ({
    keys: [queue],
    args: [shelf, positionOf(after), String(limit), BYTES_MAX],
  }),
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

// Positions are opaque to users. A text that is none of ours becomes 0, where nothing stands: the beginning.
const positionOf = (after: string | undefined): string =>
  after !== undefined && /^\d{1,15}$/.test(after) ? after : "0";

export const blockedScript: Script<PageInput, Page<StoredBlock>> = pageScript(":b", ({ atMs, note, stored }) => {
  const { scope, cause } = readBlockNote(note);
  return { ...stored, sinceMs: atMs, cause: readCause(cause), scope };
});

export const deadLettersScript: Script<PageInput, Page<StoredDeadLetter>> = pageScript(
  ":dead",
  ({ position, atMs, note, stored }) => ({
    ...stored,
    position: String(position),
    deadAtMs: atMs,
    cause: readCause(note),
  }),
);

/** "<count> <1 where more is left>". */
const readPortion = (reply: unknown): Portion => {
  const [count, more] = String(reply).split(" ");
  return { count: Number(count), more: more === "1" };
};

export interface UnblockInput extends OnQueue, Changing {
  readonly target: BlockTarget;
  readonly decision: BlockDecision;
  readonly limit: number;
  readonly deadLettersMax: number;
}

export const unblockScript: Script<UnblockInput, Portion> = {
  name: "unblock",
  encode: ({ result, queue, answered, given, target, decision, limit, deadLettersMax }) => {
    const [kind, name] = targetOf(target);
    return {
      keys: [result, queue, ...answered],
      args: [given, kind, name, decision, String(limit), BYTES_MOVED_MAX, String(deadLettersMax)],
    };
  },
  decode: readPortion,
};

const targetOf = (target: BlockTarget): readonly [kind: string, name: string] => {
  if (typeof target === "string") return [target, ""];
  return "key" in target ? ["key", escapeText(target.key)] : ["id", compactId(target.id)];
};

/** "<count> <seen>[ <position where to go on>]". */
const readRedriven = (reply: unknown): Redriven => {
  const [count, seen, next = "0"] = String(reply).split(" ");
  return { count: Number(count), seen: Number(seen), next: next === "0" ? undefined : next };
};

export const redriveScript: Script<OnQueue & Changing & Pick<RedriveRequest, "letters">, Redriven> = {
  name: "redrive",
  encode: ({ result, queue, answered, given, letters }) => {
    const args = [given, BYTES_MOVED_MAX];
    for (const { id, position, payload } of letters)
      args.push(positionOf(position), compactId(id), payload === undefined ? "" : encodeText(payload));
    return { keys: [result, queue, ...answered], args };
  },
  decode: readRedriven,
};

export const redriveFromScript: Script<OnQueue & Changing & Omit<RedriveFromRequest, "queue">, Redriven> = {
  name: "redriveFrom",
  encode: ({ result, queue, answered, given, after, seenMax, limit, ids = [] }) => ({
    keys: [result, queue, ...answered],
    args: [given, positionOf(after), String(seenMax), String(limit), BYTES_MOVED_MAX, ...ids.map(compactId)],
  }),
  decode: readRedriven,
};

interface PurgeInput extends OnQueue, Changing {
  readonly limit: number;
}

export const purgeScript: Script<PurgeInput, Portion> = {
  name: "purge",
  encode: ({ result, queue, answered, given, limit }) => ({
    keys: [result, queue, ...answered],
    args: [given, String(limit), BYTES_MAX],
  }),
  decode: readPortion,
};

export const purgeFollowersScript: Script<PurgeInput & { readonly followersOf: string }, Portion> = {
  name: "purgeFollowers",
  encode: ({ result, queue, answered, given, limit, followersOf }) => ({
    keys: [result, queue, ...answered],
    args: [given, escapeText(followersOf), String(limit), BYTES_MAX],
  }),
  decode: readPortion,
};
