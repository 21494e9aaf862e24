/** A log as the port describes it, without any care for speed: every event that there ever was, looked through for each question. */
import { type Position, placeOf, positionOf, tailOf } from "../../src/core/Position.js";
import type { AppendStep, NewEvent } from "../../src/core/steps/Append.js";
import type { FeedRequest, StreamReadRequest } from "../../src/port/LogPort.js";

interface ModelEvent extends NewEvent {
  readonly stream: string;
  readonly version: number;
  readonly position: Position;
}

/** What is the same of an event in the model and in a store. */
const shown = ({ id, type, stream, version, position, data, meta }: ModelEvent) => ({
  id,
  type,
  stream,
  version,
  position,
  data,
  meta,
});

/** What a list answers: each of its steps, or why it was refused. */
export type ModelAnswer =
  | ReadonlyArray<{ readonly version: number; readonly position: Position | undefined }>
  | { readonly refused: string; readonly stream: string; readonly version: number };

interface State {
  readonly events: ReadonlyArray<ModelEvent>;
  readonly closed: ReadonlySet<string>;
}

const streamIn = ({ events }: State, name: string): ReadonlyArray<ModelEvent> =>
  events.filter(({ stream }) => stream === name);

const isExpected = ({ expected }: AppendStep, events: ReadonlyArray<ModelEvent>): boolean => {
  if (expected._tag === "Any") return true;
  if (expected._tag === "Present") return events.length > 0;
  if (expected._tag !== "At" || expected.version === 0) return events.length === 0;
  const last = events.at(-1);
  if (last?.version !== expected.version) return false;
  return expected.lastId === undefined || tailOf(last.id) === tailOf(expected.lastId);
};

const append = (state: State, step: AppendStep): State | "StreamClosed" | "VersionConflict" => {
  const before = streamIn(state, step.stream);
  if (state.closed.has(step.stream) && (step.closes || step.events.length > 0)) return "StreamClosed";
  if (!isExpected(step, before)) return "VersionConflict";
  const added = step.events.map((event, n) => ({
    ...event,
    stream: step.stream,
    version: before.length + n + 1,
    position: positionOf(state.events.length + n + 1, tailOf(event.id)),
  }));
  return {
    events: [...state.events, ...added],
    closed: step.closes ? new Set([...state.closed, step.stream]) : state.closed,
  };
};

export class LogModel {
  private state: State = { events: [], closed: new Set() };
  private readonly pruned = new Map<string, number>();
  /** How many events are trimmed. */
  trimmed = 0;

  /** All events that there ever were. */
  get events(): ReadonlyArray<ModelEvent> {
    return this.state.events;
  }

  streamEvents(name: string): ReadonlyArray<ModelEvent> {
    return streamIn(this.state, name);
  }

  write(lists: ReadonlyArray<ReadonlyArray<AppendStep>>): ReadonlyArray<ModelAnswer> {
    return lists.map((steps) => this.list(steps));
  }

  private list(steps: ReadonlyArray<AppendStep>): ModelAnswer {
    let { state } = this;
    const results = [];
    for (const step of steps) {
      const next = append(state, step);
      if (typeof next === "string")
        return { refused: next, stream: step.stream, version: streamIn(state, step.stream).length };
      state = next;
      const position = step.events.length === 0 ? undefined : state.events.at(-1)?.position;
      results.push({ version: streamIn(state, step.stream).length, position });
    }
    this.state = state;
    return results;
  }

  prune(stream: string, upTo: number, limit: number): number {
    const from = this.prunedTo(stream);
    const to = Math.min(upTo, from + limit, this.streamEvents(stream).length);
    if (to > from) this.pruned.set(stream, to);
    return this.prunedTo(stream);
  }

  trim(upTo: Position, limit: number): Position | undefined {
    const known = this.events.some(({ position }) => position === upTo);
    if (known) this.trimmed = Math.max(this.trimmed, Math.min(placeOf(upTo), this.trimmed + limit));
    return this.trimmedTo;
  }

  setClosed(stream: string, closed: boolean): void {
    const others = [...this.state.closed].filter((name) => name !== stream);
    this.state = { ...this.state, closed: new Set(closed ? [...others, stream] : others) };
  }

  read({ stream, after, upTo, limit, backwards }: StreamReadRequest): unknown {
    const prunedTo = this.prunedTo(stream);
    const events = this.streamEvents(stream).filter(
      ({ version }) => version > after && version > prunedTo && (upTo === undefined || version <= upTo),
    );
    return {
      version: this.streamEvents(stream).length,
      prunedTo,
      closed: this.state.closed.has(stream),
      events: (backwards ? [...events].reverse() : events).slice(0, limit).map(shown),
    };
  }

  feed({ after, types, categories, limit }: FeedRequest): unknown {
    const { events, trimmed } = this;
    const from = after === undefined ? 0 : placeOf(after);
    const known = after === undefined || from < trimmed || events[from - 1]?.position === after;
    if (!known) return { _tag: "WentBack", head: events.at(-1)?.position };
    if (from < trimmed) return { _tag: "Trimmed", trimmedTo: this.trimmedTo };
    const wanted: Array<unknown> = [];
    let next = after;
    for (const event of events.slice(from)) {
      if (wanted.length === limit) break;
      next = event.position;
      const fits =
        types?.includes(event.type) !== false && categories?.includes(event.stream.split("/")[0] ?? "") !== false;
      if (fits && event.version > this.prunedTo(event.stream)) wanted.push(shown(event));
    }
    return { _tag: "Events", events: wanted, next, caughtUp: next === events.at(-1)?.position };
  }

  private get trimmedTo(): Position | undefined {
    return this.events[this.trimmed - 1]?.position;
  }

  private prunedTo(stream: string): number {
    const trimmed = this.events.slice(0, this.trimmed).filter((event) => event.stream === stream).length;
    return Math.max(this.pruned.get(stream) ?? 0, trimmed);
  }
}
