/**
 * What a store with a log does besides `write`: reading its events, and giving up old ones. Events are added by the step Append.
 *
 * Meaning common to all stores (the conformance suite states each as a case):
 *
 * - A stream's versions are dense from 1. They go on over prune, close and reopen, also where no event is left.
 * - All events of the log have one order, that of their positions, in which those of one write stand together and those of one stream in
 *   the order of their versions. An event is seen by its stream and by feeds at the same moment.
 * - A position names its event, also when that is pruned. A log that never had that event (it went back, and perhaps grew again) says
 *   `WentBack`; one that gave up what follows the position says `Trimmed`. Neither is ever passed over.
 * - A pruned event is gone for streams and feeds, a trimmed one too. Pruning is for one stream, trimming for the beginning of the log.
 */
import type { Effect } from "../core/Effect.js";
import type { EventId } from "../core/EventId.js";
import type { Position } from "../core/Position.js";

/** An event as it is stored. */
export interface StoredEvent {
  readonly id: EventId;
  readonly type: string;
  readonly stream: string;
  readonly version: number;
  readonly position: Position;
  /** By the store's clock, milliseconds since 1970. */
  readonly appendedAtMs: number;
  readonly data: string;
  readonly meta: string;
}

export interface StreamReadRequest {
  readonly stream: string;
  /** Begins behind this version; backwards it ends there. 0 is the beginning. */
  readonly after: number;
  /** Ends with this version; backwards it begins there. Undefined: the last. */
  readonly upTo: number | undefined;
  /** 0 to 1,000: 0 tells of the stream alone. */
  readonly limit: number;
  /** From the last to the first. */
  readonly backwards: boolean;
}

/** A part of a stream, and what it is like now. */
export interface StreamPage {
  /** How many events it ever had; 0 where it never had one. */
  readonly version: number;
  /** Events up to this version are given up. */
  readonly prunedTo: number;
  readonly closed: boolean;
  /** Short where they have more than 4 MiB together. */
  readonly events: ReadonlyArray<StoredEvent>;
}

export interface FeedRequest {
  /** Begins behind this position; undefined is the beginning. */
  readonly after: Position | undefined;
  /** Only events of these types; undefined: of all. */
  readonly types: ReadonlyArray<string> | undefined;
  /** Only events of streams of these categories (the name up to its first "/"); undefined: of all. */
  readonly categories: ReadonlyArray<string> | undefined;
  /** 1 to 1,000 events. */
  readonly limit: number;
  /** How long to wait for a first event at the end of the log, milliseconds; 0 asks once. */
  readonly waitMsMax: number;
}

export type FeedPage =
  | {
      readonly _tag: "Events";
      /** Short where they have more than 4 MiB together; empty where none of those looked at is wanted. */
      readonly events: ReadonlyArray<StoredEvent>;
      /** The position of the last event looked at: where the next page begins. That of the request where there was none. */
      readonly next: Position | undefined;
      /** Whether nothing stood behind `next` at that moment. */
      readonly caughtUp: boolean;
    }
  /** The log has no such event: it went back. `head` is the position of its last one. */
  | { readonly _tag: "WentBack"; readonly head: Position | undefined }
  /** What follows the position is given up, up to `trimmedTo`: the next event that is there stands behind that. */
  | { readonly _tag: "Trimmed"; readonly trimmedTo: Position };

/** So many events a feed looks at in one call at most, wanted or not. */
export const SCAN_COUNT_MAX = 5_000;

export interface LogPort {
  /** Events of one stream, and what it is like at that moment. */
  readonly readStream: (request: StreamReadRequest) => Effect<StreamPage>;
  /**
   * Events of all streams in the order of positions. At the end of the log it waits up to `waitMsMax` for the next append, whatever that
   * adds; unsubscribing ends the waiting, and leaves nothing behind.
   */
  readonly readFeed: (request: FeedRequest) => Effect<FeedPage>;
  /** Gives up the events of a stream up to this version, `limit` (1 to 1,000) at most; answers how far that is done. */
  readonly pruneStream: (
    request: { readonly stream: string; readonly upTo: number; readonly limit: number },
    writeId: string,
  ) => Effect<{ readonly prunedTo: number }>;
  /** A closed stream takes no events; one that is reopened goes on with the next version. */
  readonly setClosed: (request: { readonly stream: string; readonly closed: boolean }, writeId: string) => Effect<void>;
  /**
   * Gives up the events of all streams up to this position, the event there included, some `limit` of them (1 to 10,000) at most; answers
   * how far that is done. Their streams count them as pruned. A position that the log does not have gives up nothing.
   */
  readonly trimLog: (
    request: { readonly upTo: Position; readonly limit: number },
    writeId: string,
  ) => Effect<{ readonly trimmedTo: Position | undefined }>;
}
