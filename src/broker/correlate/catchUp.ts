/**
 * Catches up: correlates, up to where the lane stands, the events of reactions that are new in it, or all events of targets that are
 * replayed. The write that reaches the lane takes the catch-up out of the control, and checks that the lane still stands there; so no event
 * is missing between the two, and none is double.
 */
import { map, type Observable, of, switchMap } from "rxjs";
import { isBefore } from "../../core/Position.js";
import { atomically, type Write } from "../../core/Write.js";
import type { StoredEvent } from "../../port/LogPort.js";
import { type CatchUp, type Control, isReplay, leftIn, priorityOf, replayedIn } from "../Control.js";
import type { Lane } from "../Lane.js";
import type { Reaction } from "../Reaction.js";
import { hasReached, isBehind, padded, textOf, type Vector, withPosition } from "../vector.js";
import { enqueueAll, messagesOf } from "./Enqueueing.js";
import { empty } from "./emptying.js";
import { type EventPage, pageFromWhatIsLeft } from "./Pages.js";
import type { CatchingUp, Lead } from "./Place.js";
import type { Line, Routing } from "./Routing.js";
import { typesIn } from "./typesIn.js";

/** What was done, and where the lane is then. */
export interface CaughtUp {
  readonly next: Lead;
  readonly of: { readonly source: number; readonly events: ReadonlyArray<StoredEvent> };
  readonly messages: number;
}

const nothing = { of: { source: 0, events: [] }, messages: 0 };

interface Catching {
  readonly lane: Lane;
  readonly routing: Routing;
  /** The most events of a page. */
  readonly limit: number;
  /** How long the heads of targets that are replayed may take before these are put aside. */
  readonly patienceMs: number;
}

/** How far it has come, and the reactions of its lane that are still to be caught up. */
export const readCatchUp = ({ kept, sources, name }: Lane, control: Control, what: CatchUp): Observable<CatchingUp> => {
  const others = control.catchUps.filter((one) => one.lane === name && !isReplay(one));
  return kept.read({ lanes: [], catchUps: [what.id, ...others.map(({ id }) => id)] }).pipe(
    map(({ catchUps: [found, ...progress] }) => {
      const atOf = (one: CatchUp, at: Vector | undefined): Vector => padded(at ?? one.from, sources.length);
      return {
        of: what,
        at: atOf(what, found?.value?.at),
        revision: found?.revision,
        begun: found?.value?.begun ?? !isReplay(what),
        dropped: isReplay(what) && what.of.lines !== "asked",
        waits: false,
        waitsSinceMs: undefined,
        skips: 0,
        left: leftIn({ catchUps: others.map((one, i) => ({ ...one, from: atOf(one, progress[i]?.value?.at) })) }, name),
      };
    }),
  );
};

/** One page of it, or a look whether the lines of what is replayed are empty by now. */
export const catchUp = (catching: Catching, at: Lead): Observable<CaughtUp> => {
  const { catchingUp } = at;
  if (catchingUp === undefined) return of({ next: at, ...nothing });
  const what = catchingUp.of;
  if (isReplay(what) && !catchingUp.begun)
    return empty(catching.lane, { at, catchingUp, of: what, patienceMs: catching.patienceMs }).pipe(
      map((next) => ({ next, ...nothing })),
    );
  // A reaction that was moved here from a lane that is ahead waits for this one.
  if (isAhead(at.standing.checkpoint.at, catchingUp.at))
    return of({ next: { ...at, catchingUp: { ...catchingUp, waits: true } }, ...nothing });
  return pageOf(catching, at, catchingUp).pipe(switchMap((page) => take(catching, { at, catchingUp, page })));
};

/** Whether nothing of the lane is behind it, and it has come further than the lane in some log. */
const isAhead = (lane: Vector, at: Vector): boolean => hasReached(at, lane) && !hasReached(lane, at);

/** The next page, up to where the lane stands. What was trimmed is passed over. */
const pageOf = ({ lane, limit }: Catching, at: Lead, { of: what, at: after }: CatchingUp): Observable<EventPage> => {
  const upTo = at.standing.checkpoint.at;
  const source = upTo.findIndex((position, i) => position !== undefined && isBehind(after, i, position));
  const store = lane.sources[source];
  if (store === undefined) return of({ source: 0, events: [], at: upTo, caughtUp: true });
  const types = "reactions" in what.of ? typesOf(lane, what.of.reactions) : typesIn(lane, at.standing.control);
  return pageFromWhatIsLeft(store, { after: after[source], types, categories: undefined, limit, waitMsMax: 0 }).pipe(
    map(({ events, next }) => {
      const end = upTo[source];
      const isPast = next === undefined || !isBefore(next, end);
      return {
        source,
        events: isPast ? events.filter(({ position }) => end !== undefined && !isBefore(end, position)) : events,
        at: withPosition(after, source, isPast ? end : next),
        caughtUp: false,
      };
    }),
  );
};

const typesOf = ({ all }: Lane, reactions: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...new Set(reactions.flatMap((name) => all.named(name)?.parts.storedAs ?? [])),
];

interface Taking {
  readonly at: Lead;
  readonly catchingUp: CatchingUp;
  readonly page: EventPage;
}

const take = ({ lane, routing }: Catching, taking: Taking): Observable<CaughtUp> => {
  const { at, catchingUp, page } = taking;
  const { source, events } = page;
  const { control } = at.standing;
  return routing.route({ source, events, wants: wantsOf(lane, control, { catchingUp, source }) }).pipe(
    map((lines) => only(lines, catchingUp.of, replayedIn(control, lane.name))),
    switchMap((lines) => store(lane, { ...taking, lines })),
  );
};

/** A replay is for its targets alone. Everything else leaves out those that are to be replayed. */
const only = (
  lines: ReadonlyArray<ReadonlyArray<Line>>,
  { of: what }: CatchUp,
  replayed: ReadonlySet<string>,
): ReadonlyArray<ReadonlyArray<Line>> => {
  if (!("streams" in what)) return lines.map((own) => own.filter(({ target }) => !replayed.has(target)));
  const streams = new Set(what.streams);
  return lines.map((own) => own.filter(({ target }) => streams.has(target)));
};

interface Which {
  readonly catchingUp: CatchingUp;
  readonly source: number;
}

/**
 * A replay is for all reactions of the lane. One that is still to be caught up gets from it what it had by then, and all behind that from its
 * own catch-up, which stands still for as long as the replay is under way.
 */
const wantsOf = (lane: Lane, control: Control, { catchingUp: { of: what, left }, source }: Which) => {
  const names = "reactions" in what.of ? new Set(what.of.reactions) : undefined;
  return ({ name }: Reaction, { position }: StoredEvent): boolean => {
    const there = control.reactions[name];
    if (there === undefined || there.lane !== lane.name || !isBehind(there.since, source, position)) return false;
    if (names !== undefined) return names.has(name);
    const end = left.get(name);
    return end === undefined || !isBehind(end, source, position);
  };
};

interface Storing extends Taking {
  readonly lines: ReadonlyArray<ReadonlyArray<Line>>;
}

const store = (lane: Lane, { at, catchingUp, page, lines }: Storing): Observable<CaughtUp> => {
  const { kept, name, store: target, queueName: queue } = lane;
  const { control, controlRevision, checkpoint, revision } = at.standing;
  const { of: what } = catchingUp;
  const { source, events } = page;
  const messages = messagesOf({
    ...{ store: target, queue, source, events, lines },
    before: catchingUp.at,
    // What was done for the other reactions stays done.
    mark: "reactions" in what.of ? textOf(checkpoint.at) : undefined,
    priorityOf: (stream) => priorityOf(control, stream),
  });
  const isWhole = messages.events === events.length;
  const reached: Vector = isWhole
    ? page.at
    : withPosition(catchingUp.at, source, events[messages.events - 1]?.position);
  const parts: ReadonlyArray<Write<unknown>> = messages.steps.length === 0 ? [] : [enqueueAll(target, messages.steps)];
  const done = { of: { source, events: events.slice(0, messages.events) }, messages: messages.steps.length };
  if (!hasReached(reached, checkpoint.at) || !hasReached(checkpoint.at, reached))
    return atomically([
      kept.putCatchUp(what.id, { at: reached, begun: true }, catchingUp.revision),
      kept.checkControl(controlRevision),
      // The marks say where the lane stands.
      kept.checkLane(name, revision),
      ...parts,
    ]).pipe(
      map(([now]) => ({
        ...done,
        next: { ...at, catchingUp: { ...catchingUp, at: reached, revision: now, waits: false } },
      })),
    );
  const rest = { ...control, catchUps: control.catchUps.filter(({ id }) => id !== what.id) };
  return atomically([
    kept.putControl(rest, controlRevision),
    kept.checkLane(name, revision),
    kept.checkCatchUp(what.id, catchingUp.revision),
    kept.removeCatchUp(what.id),
    ...parts,
  ]).pipe(
    map(([now]) => ({
      ...done,
      next: { ...at, standing: { ...at.standing, control: rest, controlRevision: now }, catchingUp: undefined },
    })),
  );
};
