/** All events of a memory store, in their order and by their streams. */
import type { EventId } from "../../../core/EventId.js";
import { type Position, placeOf, positionOf, tailOf } from "../../../core/Position.js";
import type { NewEvent, StreamState } from "../../../core/steps/Append.js";
import type { StoredEvent } from "../../../port/LogPort.js";

/** An event, or the position where a pruned one was. */
export type Kept = StoredEvent | Position;

export const isEvent = (kept: Kept | undefined): kept is StoredEvent => typeof kept === "object";

const positionIn = (kept: Kept): Position => (isEvent(kept) ? kept.position : kept);

/** A stream as it is kept. */
interface Stream {
  /** The places of its events in the order of all; those of pruned ones too. */
  readonly places: Array<number>;
  prunedTo: number;
  closed: boolean;
  lastId: EventId | undefined;
}

const nothing: Readonly<Stream> = { places: [], prunedTo: 0, closed: false, lastId: undefined };

export class LogState {
  /** What is kept of the places behind the trimmed ones. */
  private kept: Array<Kept> = [];
  private trimmed = 0;
  /** The position of the last event that was trimmed. */
  trimmedTo: Position | undefined;
  private readonly streams = new Map<string, Stream>();
  /** What the list that is being checked will have done so far, stream by stream. Most lists change one: a Map is made for others alone. */
  private planned: { readonly name: string; readonly state: StreamState } | undefined;
  private plannedMore: Map<string, StreamState> | undefined;
  private plannedBy = 0;

  /** The last place; 0 where there never was an event. */
  get head(): number {
    return this.trimmed + this.kept.length;
  }

  /** The position of the last event, whether or not it is still there. */
  get headPosition(): Position | undefined {
    return this.positionAt(this.head);
  }

  /** What is kept at this place, from 1; undefined where that was trimmed, or is not there yet. */
  at(place: number): Kept | undefined {
    return this.kept[place - this.trimmed - 1];
  }

  positionAt(place: number): Position | undefined {
    const kept = this.at(place);
    return kept === undefined ? (place === this.trimmed ? this.trimmedTo : undefined) : positionIn(kept);
  }

  /** Whether the log has, or had, the event of this position. Of a trimmed one only the last is known by its name. */
  has(position: Position): boolean {
    const place = placeOf(position);
    return place < this.trimmed || this.positionAt(place) === position;
  }

  versionOf(name: string): number {
    return this.stream(name).places.length;
  }

  isClosed(name: string): boolean {
    return this.stream(name).closed;
  }

  /** Up to which version its events are given up, by pruning or trimming. */
  prunedTo(name: string): number {
    const { places, prunedTo } = this.stream(name);
    let [low, high] = [prunedTo, places.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[middle] ?? 0) > this.trimmed) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The event of this version of a stream; undefined where it is given up, or not there. */
  eventOf(name: string, version: number): StoredEvent | undefined {
    const kept = this.at(this.stream(name).places[version - 1] ?? 0);
    return isEvent(kept) ? kept : undefined;
  }

  /** The stream as a step of this list finds it: what the steps before it will have done counts as done. */
  streamFor(list: number, name: string): StreamState {
    const planned = this.plannedBy === list ? this.plannedOf(name) : undefined;
    if (planned !== undefined) return planned;
    const { places, closed, lastId } = this.stream(name);
    return { version: places.length, lastId, closed };
  }

  plan(list: number, name: string, state: StreamState): void {
    if (this.plannedBy !== list) {
      this.plannedBy = list;
      this.planned = undefined;
      this.plannedMore = undefined;
    }
    if (this.planned === undefined || this.planned.name === name) this.planned = { name, state };
    else {
      this.plannedMore ??= new Map();
      this.plannedMore.set(name, state);
    }
  }

  private plannedOf(name: string): StreamState | undefined {
    return this.planned?.name === name ? this.planned.state : this.plannedMore?.get(name);
  }

  append(name: string, added: ReadonlyArray<NewEvent>, nowMs: number): void {
    const stream = this.streamToChange(name);
    for (const { id, type, data, meta } of added) {
      const place = this.head + 1;
      stream.places.push(place);
      stream.lastId = id;
      const version = stream.places.length;
      const position = positionOf(place, tailOf(id));
      this.kept.push({ id, type, stream: name, version, position, appendedAtMs: nowMs, data, meta });
    }
  }

  setClosed(name: string, closed: boolean): void {
    if (closed || this.streams.has(name)) this.streamToChange(name).closed = closed;
  }

  prune(name: string, upTo: number): void {
    const stream = this.streams.get(name);
    if (stream === undefined) return;
    for (let version = stream.prunedTo + 1; version <= upTo; version++) {
      const place = stream.places[version - 1] ?? 0;
      const position = this.positionAt(place);
      if (position !== undefined && place > this.trimmed) this.kept[place - this.trimmed - 1] = position;
    }
    stream.prunedTo = Math.max(stream.prunedTo, upTo);
  }

  trim(place: number): void {
    this.trimmedTo = this.positionAt(place);
    this.kept.splice(0, place - this.trimmed);
    this.trimmed = place;
  }

  /** How many places were trimmed. */
  get trimmedCount(): number {
    return this.trimmed;
  }

  private stream(name: string): Readonly<Stream> {
    return this.streams.get(name) ?? nothing;
  }

  private streamToChange(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = { places: [], prunedTo: 0, closed: false, lastId: undefined };
      this.streams.set(name, stream);
    }
    return stream;
  }
}
