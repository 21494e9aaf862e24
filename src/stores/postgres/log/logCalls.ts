/** The functions that read the log, and give up old events. */
import { escapeText } from "../../../core/escapeText.js";
import { impossible, invariant } from "../../../core/invariant.js";
import {
  type FeedPage,
  type FeedRequest,
  type LogPort,
  SCAN_COUNT_MAX,
  type StreamPage,
  type StreamReadRequest,
} from "../../../port/LogPort.js";
import { PORTION_BYTES_MAX } from "../../../port/Page.js";
import type { Called, CalledRows, Change } from "../connection/Called.js";
import { encodeText, FIELD, RECORD } from "../connection/text.js";
import { wholeCount } from "../connection/whole.js";
import { lockOf, TRIMMING } from "../write/locks.js";
import { partsOf, positionIn, readEvent } from "./eventText.js";

export const readStreamCall = (request: StreamReadRequest): Called<StreamPage> => {
  const { stream, after, upTo, limit, backwards } = request;
  return {
    name: "read_stream_1",
    request: [escapeText(stream), after, upTo ?? null, wholeCount(limit), backwards, PORTION_BYTES_MAX],
    read: (reply) => {
      const [head = "", ...events] = reply.split(RECORD);
      const [version, prunedTo, closed] = head.split(FIELD).map(Number);
      invariant(version !== undefined && prunedTo !== undefined, "a stream is told with its version");
      return { version, prunedTo, closed: closed === 1, events: events.map(readEvent) };
    },
  };
};

/** A page, and whether events behind it are held back until those who append beside them have ended. */
export interface FeedReply {
  readonly page: FeedPage;
  readonly held: boolean;
}

export const readFeedCall = ({ after, types, categories, limit }: FeedRequest): CalledRows<FeedReply> => ({
  name: "read_feed_1",
  request: [
    ...(after === undefined ? [null, null] : partsOf(after)),
    types?.map(encodeText) ?? null,
    categories?.map(escapeText) ?? null,
    wholeCount(limit),
    PORTION_BYTES_MAX,
    SCAN_COUNT_MAX,
  ],
  read: (rows) => {
    const events = rows.slice(0, -1);
    const head = rows.at(-1) ?? "";
    const [kind, position, ...flags] = head.split(FIELD);
    const at = positionIn(position);
    switch (kind) {
      case "W":
        return { page: { _tag: "WentBack", head: at }, held: flags[0] === "1" };
      case "T":
        invariant(at !== undefined, "a trimmed log says up to where");
        return { page: { _tag: "Trimmed", trimmedTo: at }, held: false };
      case "E": {
        const [caughtUp, held] = flags;
        const page = { _tag: "Events", events: events.map(readEvent), next: at, caughtUp: caughtUp === "1" } as const;
        return { page, held: held === "1" };
      }
      default:
        return impossible(`a feed was answered by ${String(kind)}`);
    }
  },
});

type Request<K extends "pruneStream" | "setClosed" | "trimLog"> = Parameters<LogPort[K]>[0];

export const pruneStreamCall = (
  { stream, upTo, limit }: Request<"pruneStream">,
  { writeId, given }: Change,
): Called<{ readonly prunedTo: number }> => ({
  name: "prune_stream_1",
  request: [writeId, given, [lockOf("stream", stream)], escapeText(stream), upTo, wholeCount(limit)],
  read: (reply) => ({ prunedTo: Number(reply) }),
});

export const setClosedCall = (
  { stream, closed }: Request<"setClosed">,
  { writeId, given }: Change,
): Called<undefined> => ({
  name: "set_closed_1",
  request: [writeId, given, [lockOf("stream", stream)], escapeText(stream), closed],
  read: () => undefined,
});

export const trimLogCall = (
  { upTo, limit }: Request<"trimLog">,
  { writeId, given }: Change,
): Called<{ readonly trimmedTo: FeedRequest["after"] }> => ({
  name: "trim_log_1",
  request: [writeId, given, [TRIMMING], ...partsOf(upTo), wholeCount(limit)],
  read: (reply) => ({ trimmedTo: positionIn(reply) }),
});
