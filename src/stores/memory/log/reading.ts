/** Reading events: of one stream, and of all in their order. */
import { utf8Length } from "../../../core/bytes.js";
import { type Position, placeOf } from "../../../core/Position.js";
import {
  type FeedPage,
  type FeedRequest,
  SCAN_COUNT_MAX,
  type StoredEvent,
  type StreamPage,
  type StreamReadRequest,
} from "../../../port/LogPort.js";
import { PORTION_BYTES_MAX } from "../../../port/Page.js";
import { isEvent, type LogState } from "./LogState.js";

/** Events of one answer: as many as fit, one at least. */
class Portion {
  readonly events: Array<StoredEvent> = [];
  private bytes = 0;

  constructor(private readonly limit: number) {}

  get isFull(): boolean {
    return this.events.length >= this.limit;
  }

  /** Takes the event, unless it does not fit. */
  take(event: StoredEvent): boolean {
    this.bytes += utf8Length(event.data) + utf8Length(event.meta);
    if (this.isFull || (this.bytes > PORTION_BYTES_MAX && this.events.length > 0)) return false;
    this.events.push(event);
    return true;
  }
}

export const readStream = (log: LogState, { stream, after, upTo, limit, backwards }: StreamReadRequest): StreamPage => {
  const version = log.versionOf(stream);
  const prunedTo = log.prunedTo(stream);
  const first = Math.max(after, prunedTo) + 1;
  const last = Math.min(upTo ?? version, version);
  const portion = new Portion(limit);
  for (let i = 0; i <= last - first && !portion.isFull; i++) {
    const event = log.eventOf(stream, backwards ? last - i : first + i);
    if (event !== undefined && !portion.take(event)) break;
  }
  return { version, prunedTo, closed: log.isClosed(stream), events: portion.events };
};

/** The name of a stream up to its first "/"; the whole name where it has none. */
const categoryOf = (stream: string): string => {
  const end = stream.indexOf("/");
  return end < 0 ? stream : stream.slice(0, end);
};

const setOf = (texts: ReadonlyArray<string> | undefined): ReadonlySet<string> | undefined => texts && new Set(texts);

export const readFeed = (log: LogState, { after, types, categories, limit }: FeedRequest): FeedPage => {
  if (after !== undefined && !log.has(after)) return { _tag: "WentBack", head: log.headPosition };
  const from = after === undefined ? 0 : placeOf(after);
  if (log.trimmedTo !== undefined && from < log.trimmedCount) return { _tag: "Trimmed", trimmedTo: log.trimmedTo };
  const [wantedTypes, wantedCategories] = [setOf(types), setOf(categories)];
  const portion = new Portion(limit);
  let place = from;
  while (place < log.head && place - from < SCAN_COUNT_MAX && !portion.isFull) {
    const kept = log.at(place + 1);
    const wanted =
      isEvent(kept) &&
      wantedTypes?.has(kept.type) !== false &&
      wantedCategories?.has(categoryOf(kept.stream)) !== false;
    if (wanted && !portion.take(kept)) break;
    place += 1;
  }
  return {
    _tag: "Events",
    events: portion.events,
    next: place === 0 ? undefined : log.positionAt(place),
    caughtUp: place === log.head,
  };
};

/** Whether nothing stands behind this position, which the log has. */
export const isAtEnd = (log: LogState, after: Position | undefined): boolean => after === log.headPosition;
