/** The scripts that read the log, and give up old events. */
import { escapeText } from "../../../core/escapeText.js";
import { impossible, invariant } from "../../../core/invariant.js";
import type { Position } from "../../../core/Position.js";
import {
  type FeedPage,
  type FeedRequest,
  type LogPort,
  SCAN_COUNT_MAX,
  type StreamPage,
  type StreamReadRequest,
} from "../../../port/LogPort.js";
import { PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { Keys } from "../scripts/keys.js";
import { type Script, textsOf } from "../scripts/script.js";
import type { Change } from "../write/Writer.js";
import { readEvents } from "./eventText.js";

const BYTES_MAX = String(PORTION_BYTES_MAX);

interface Asked<R> {
  readonly keys: Keys;
  readonly request: R;
}

/** A position as scripts write it: "" where there is none. */
const positionIn = (text: string | undefined): Position | undefined =>
  text === undefined || text === "" ? undefined : (text as Position);

export const readStreamScript: Script<Asked<StreamReadRequest>, StreamPage> = {
  name: "readStream",
  encode: ({ keys, request: { stream, after, upTo, limit, backwards } }) => ({
    keys: [keys.log],
    args: [
      escapeText(stream),
      String(after),
      String(upTo ?? Number.MAX_SAFE_INTEGER),
      String(limit),
      backwards ? "1" : "0",
      BYTES_MAX,
    ],
  }),
  decode: (reply) => {
    const [version, prunedTo, closed, ...events] = textsOf(reply);
    return {
      version: Number(version),
      prunedTo: Number(prunedTo),
      closed: Number(closed) === 1,
      events: readEvents(events),
    };
  },
};

export interface FeedAsked extends Asked<FeedRequest> {
  /** The list of wake-ups of this process. */
  readonly list: string;
  /** Whether the process waits where nothing stands behind. */
  readonly waits: boolean;
}

export const readFeedScript: Script<FeedAsked, FeedPage> = {
  name: "readFeed",
  encode: ({ keys, list, waits, request: { after, types, categories, limit } }) => {
    // A list without names wants nothing. The script takes that for all, so it gets a name that none has: no escaped one has a blank.
    const named = (names: ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
      names === undefined ? [] : names.length === 0 ? [" "] : names.map(escapeText);
    const [wantedTypes, wantedCategories] = [named(types), named(categories)];
    return {
      keys: [keys.log, list],
      args: [
        after ?? "",
        String(limit),
        BYTES_MAX,
        String(SCAN_COUNT_MAX),
        waits ? "1" : "0",
        String(wantedTypes.length),
        String(wantedCategories.length),
        ...wantedTypes,
        ...wantedCategories,
      ],
    };
  },
  decode: (reply) => {
    const [kind, position, caughtUp, ...events] = textsOf(reply);
    const at = positionIn(position);
    switch (kind) {
      case "W":
        return { _tag: "WentBack", head: at };
      case "T":
        invariant(at !== undefined, "a trimmed log says up to where");
        return { _tag: "Trimmed", trimmedTo: at };
      case "E":
        return { _tag: "Events", events: readEvents(events), next: at, caughtUp: Number(caughtUp) === 1 };
      default:
        return impossible(`a feed was answered by ${String(kind)}`);
    }
  },
};

type ChangeOf<K extends "pruneStream" | "setClosed" | "trimLog"> = Asked<Parameters<LogPort[K]>[0]> & Change;

const changed = ({ keys, result, answered }: Asked<unknown> & Change): ReadonlyArray<string> => [
  result,
  keys.log,
  ...answered,
];

export const pruneStreamScript: Script<ChangeOf<"pruneStream">, { readonly prunedTo: number }> = {
  name: "pruneStream",
  encode: (input) => {
    const { stream, upTo, limit } = input.request;
    return { keys: changed(input), args: [escapeText(stream), String(upTo), String(limit)] };
  },
  decode: (reply) => ({ prunedTo: Number(reply) }),
};

export const closeStreamScript: Script<ChangeOf<"setClosed">, void> = {
  name: "closeStream",
  encode: (input) => {
    const { stream, closed } = input.request;
    return { keys: changed(input), args: [escapeText(stream), closed ? "1" : "0"] };
  },
  decode: () => undefined,
};

export const trimLogScript: Script<ChangeOf<"trimLog">, { readonly trimmedTo: Position | undefined }> = {
  name: "trimLog",
  encode: (input) => {
    const { upTo, limit } = input.request;
    return { keys: changed(input), args: [upTo, String(limit)] };
  },
  decode: (reply) => ({ trimmedTo: positionIn(String(reply)) }),
};

export interface QuitFeeds {
  readonly keys: Keys;
  /** The list of wake-ups of this process. */
  readonly list: string;
  /** Whether a blocking read of it is under way, and must end. */
  readonly reads: boolean;
}

export const quitFeedsScript: Script<QuitFeeds, void> = {
  name: "quitFeeds",
  encode: ({ keys, list, reads }) => ({ keys: [keys.log, list], args: [reads ? "1" : "0"] }),
  decode: () => undefined,
};
