/** Where events go: for each of them the lines that it stands in, and its reactions there. */
import { forkJoin, map, type Observable, of } from "rxjs";
import { KEY_BYTES_MAX } from "../../codec/parts.js";
import { utf8Length } from "../../core/bytes.js";
import { describeMessage } from "../../core/cause.js";
import type { OurEvent } from "../../log/decodeEvent.js";
import { decodePageBy } from "../../log/decodePage.js";
import type { Coding } from "../../log/EventCodec.js";
import type { Recorded } from "../../log/recorded.js";
import type { StoredEvent } from "../../port/LogPort.js";
import type { EventStore } from "../../port/Store.js";
import type { Correlated } from "../Broker.js";
import type { Reaction } from "../Reaction.js";
import type { Register } from "../Register.js";

/** An event in the line of one target. */
export interface Line {
  readonly target: string;
  /** In the order of the register. */
  readonly reactions: ReadonlyArray<string>;
  readonly priority: number;
  /** Why its target could not be told; then this is the line of its own stream. */
  readonly fault: string | undefined;
}

/** A strategy of the user's instead of the targets of the reactions. */
export type Correlate = (recorded: Recorded<unknown>, register: ReadonlyArray<Reaction>) => ReadonlyArray<Correlated>;

export interface RouteRequest {
  readonly source: number;
  readonly events: ReadonlyArray<StoredEvent>;
  /** Whether this reaction is to see this event. */
  readonly wants: (reaction: Reaction, event: StoredEvent) => boolean;
}

/** One event with all reactions that are to see it. */
interface Wanted {
  readonly event: StoredEvent;
  readonly reactions: ReadonlyArray<Reaction>;
}

/** As each codec that is asked sees the events. */
type Decoded = ReadonlyMap<Coding, ReadonlyMap<StoredEvent, OurEvent>>;

/** So many targets an event may have: they are to fit into one write with the checkpoint. */
const TARGETS_MAX = 900;
/** And so long the names of its reactions may be, which stand in the line of each target. */
const NAMES_BYTES_MAX = 1024 * 1024;

export class Routing {
  constructor(
    private readonly sources: ReadonlyArray<EventStore>,
    private readonly register: Pick<Register, "byType">,
    private readonly correlate: Correlate | undefined,
  ) {}

  /** The lines of each event, aligned. Decodes only what is asked for a target or a priority. */
  route(request: RouteRequest): Observable<ReadonlyArray<ReadonlyArray<Line>>> {
    const wanted = request.events.map((event): Wanted => ({ event, reactions: this.reactionsOf(event, request) }));
    return this.decode(request.source, wanted).pipe(map((decoded) => wanted.map((one) => this.linesOf(one, decoded))));
  }

  private reactionsOf(event: StoredEvent, { wants }: RouteRequest): ReadonlyArray<Reaction> {
    const all = this.register.byType.get(event.type) ?? [];
    return all.filter((reaction) => reaction.parts.target.is !== "nowhere" && wants(reaction, event));
  }

  private decode(source: number, wanted: ReadonlyArray<Wanted>): Observable<Decoded> {
    const asked = new Map<Coding, Set<StoredEvent>>();
    for (const { event, reactions } of wanted)
      for (const { parts } of reactions) {
        if (this.correlate === undefined && parts.target.is !== "found" && typeof parts.priority === "number") continue;
        const events = asked.get(parts.coding) ?? new Set();
        asked.set(parts.coding, events.add(event));
      }
    const store = this.sources[source];
    if (asked.size === 0 || store === undefined) return of(none);
    const parts = [...asked].map(([coding, events]) =>
      decodePageBy(
        store,
        coding,
      )([...events]).pipe(
        // All of them are ours, so they come back as they went.
        map((ours) => [coding, new Map([...events].map((event, i) => [event, ours[i] as OurEvent] as const))] as const),
      ),
    );
    return forkJoin(parts).pipe(map((pairs) => new Map(pairs)));
  }

  private linesOf(wanted: Wanted, decoded: Decoded): ReadonlyArray<Line> {
    const [first] = wanted.reactions;
    if (first === undefined) return [];
    try {
      return this.correlate === undefined ? byTargets(wanted, decoded) : byStrategy(this.correlate, wanted, decoded);
    } catch (cause) {
      return [faulty(wanted, describeMessage(cause))];
    }
  }
}

const none: Decoded = new Map();

/** All reactions of the event in the line of its own stream, where it waits for people. */
const faulty = ({ event, reactions }: Wanted, fault: string): Line => ({
  target: event.stream,
  reactions: reactions.map(({ name }) => name),
  priority: 0,
  fault,
});

const byTargets = (wanted: Wanted, decoded: Decoded): ReadonlyArray<Line> => {
  const { event, reactions } = wanted;
  const [only] = reactions;
  if (only !== undefined && reactions.length === 1) {
    const target = targetOf(only, event, decoded);
    return target === undefined
      ? []
      : [{ target, reactions: [only.name], priority: priorityOf(only, event, decoded), fault: undefined }];
  }
  const correlated = reactions.flatMap((reaction) => {
    const stream = targetOf(reaction, event, decoded);
    return stream === undefined ? [] : [{ stream, reaction }];
  });
  return grouped(correlated, event, decoded);
};

const byStrategy = (correlate: Correlate, { event, reactions }: Wanted, decoded: Decoded): ReadonlyArray<Line> => {
  const [first] = reactions;
  if (first === undefined) return [];
  const answer: unknown = correlate(recordedBy(first, event, decoded), reactions);
  if (!Array.isArray(answer)) throw new TypeError(`correlate must answer an array, not ${kindOf(answer)}`);
  const correlated = (answer as ReadonlyArray<Correlated>).map(({ stream, reaction }) => {
    if (!reactions.includes(reaction))
      throw new TypeError("correlate answered a reaction that is not among those that it was given");
    return { stream: checkStream(stream), reaction };
  });
  return grouped(correlated, event, decoded).map((line) => ({
    ...line,
    reactions: reactions.flatMap(({ name }) => (line.reactions.includes(name) ? [name] : [])),
  }));
};

/** All reactions at one target are one line, with the highest of their priorities. */
const grouped = (correlated: ReadonlyArray<Correlated>, event: StoredEvent, decoded: Decoded): ReadonlyArray<Line> => {
  const lines = new Map<string, Line>();
  for (const { stream: target, reaction } of correlated) {
    const known = lines.get(target);
    const priority = Math.max(known?.priority ?? 0, priorityOf(reaction, event, decoded));
    lines.set(target, {
      target,
      reactions: [...(known?.reactions ?? []), reaction.name],
      priority,
      fault: undefined,
    });
  }
  if (lines.size > TARGETS_MAX)
    throw new TypeError(`an event may have ${TARGETS_MAX} targets at most, and this one has ${lines.size}`);
  const names = correlated.reduce((sum, { reaction }) => sum + utf8Length(reaction.name), 0);
  if (names > NAMES_BYTES_MAX)
    throw new TypeError(
      `the names of its reactions at all of its targets may have ${NAMES_BYTES_MAX} bytes at most, and have ${names}`,
    );
  return [...lines.values()];
};

const targetOf = (reaction: Reaction, event: StoredEvent, decoded: Decoded): string | undefined => {
  const { target } = reaction.parts;
  switch (target.is) {
    case "its own stream":
      return event.stream;
    case "nowhere":
      return undefined;
    case "fixed":
      return target.stream;
    case "found": {
      const stream = target.of(recordedBy(reaction, event, decoded));
      return stream === undefined ? undefined : checkStream(stream);
    }
  }
};

/** What was answered instead, without showing it: it may have been made of what an event carries. */
const kindOf = (answer: unknown): string => {
  if (typeof answer === "string") return `one of ${utf8Length(answer)}`;
  return typeof answer === "number" ? String(answer) : `a value of type ${answer === null ? "null" : typeof answer}`;
};

/** The user's function may answer anything. */
const checkStream = (stream: unknown): string => {
  if (typeof stream === "string" && stream !== "" && utf8Length(stream) <= KEY_BYTES_MAX) return stream;
  throw new TypeError(`the target must be a text of 1 to ${KEY_BYTES_MAX} UTF-8 bytes, not ${kindOf(stream)}`);
};

const priorityOf = (reaction: Reaction, event: StoredEvent, decoded: Decoded): number => {
  const { priority } = reaction.parts;
  if (typeof priority === "number") return priority;
  const answer = priority(recordedBy(reaction, event, decoded));
  if (Number.isInteger(answer) && answer >= 0 && answer <= 9) return answer;
  throw new TypeError(`the priority must be a whole number from 0 to 9, not ${kindOf(answer)}`);
};

const recordedBy = ({ parts }: Reaction, event: StoredEvent, decoded: Decoded): Recorded<unknown> => {
  const ours = decoded.get(parts.coding)?.get(event);
  if (ours?._tag === "Event") return ours;
  throw new TypeError(ours === undefined ? "it was not decoded" : ours.report.join("; "));
};
