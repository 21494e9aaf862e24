/**
 * Catches up: correlates, up to where the lane stands, the events of reactions that are new in it, or all events of targets that are
 * replayed. The write that reaches the lane takes the catch-up out of the control, and checks that the lane still stands there; so no event
 * is missing between the two, and none is double.
 */
import { concatMap, from, last, map, type Observable, of, switchMap } from "rxjs";
import { iterate } from "../../core/iterate.js";
import { placeOf } from "../../core/Position.js";
import { atomically, type Write } from "../../core/Write.js";
import type { StoredEvent } from "../../port/LogPort.js";
import { type CatchUp, type Control, leftIn, priorityOf, replayedIn } from "../Control.js";
import type { Lane } from "../Lane.js";
import type { Reaction } from "../Reaction.js";
import { hasReached, isBehind, padded, textOf, type Vector, withPosition } from "../vector.js";
import { enqueueAll, messagesOf } from "./Enqueueing.js";
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
}

/** How far it has come. */
export const readCatchUp = ({ kept, sources }: Lane, what: CatchUp): Observable<CatchingUp> =>
  kept.read({ lanes: [], catchUps: [what.id] }).pipe(
    map(({ catchUps: [found] }) => {
      const at = found?.value?.at ?? what.from;
      return {
        of: what,
        at: padded(at, sources.length),
        revision: found?.revision,
        begun: found?.value?.begun ?? !("streams" in what.of),
        dropped: false,
        waits: false,
        skips: 0,
      };
    }),
  );

/** One page of it, or a look whether the lines of what is replayed are empty by now. */
export const catchUp = (catching: Catching, at: Lead): Observable<CaughtUp> => {
  const { catchingUp } = at;
  if (catchingUp === undefined) return of({ next: at, ...nothing });
  const what = catchingUp.of.of;
  if ("streams" in what && !catchingUp.begun) return empty(catching.lane, { at, catchingUp, streams: what.streams });
  // A reaction that was moved here from a lane that is ahead waits for this one.
  if (isAhead(at.standing.checkpoint.at, catchingUp.at))
    return of({ next: { ...at, catchingUp: { ...catchingUp, waits: true } }, ...nothing });
  return pageOf(catching, at, catchingUp).pipe(switchMap((page) => take(catching, { at, catchingUp, page })));
};

interface Emptying {
  readonly at: Lead;
  readonly catchingUp: CatchingUp;
  readonly streams: ReadonlyArray<string>;
}

/**
 * Drops what waits in the lines of these targets, and what blocks them. The head of a line is left to whoever has it: the replay begins
 * once it is done, so it never runs beside an earlier event of its target.
 *
 * The write ids are made of the catch-up's id. So where two processes do this, one of them late, what it repeats changes nothing, also after
 * the replay has begun.
 */
const empty = (lane: Lane, { at, catchingUp, streams }: Emptying): Observable<CaughtUp> => {
  const { store, queueName: queue, kept } = lane;
  const { id, round } = catchingUp.of;
  const drop = (key: string, i: number): Observable<unknown> =>
    iterate<{ readonly call: number; readonly more: boolean }, never>(
      () => ({ call: 0, more: true }),
      ({ call, more }) =>
        more
          ? store
              .purge({ queue, limit: CHUNK, followersOf: key }, `${id}/${round}/${i}/drop/${call}`)
              .pipe(map((portion) => ({ call: call + 1, more: portion.more })))
          : undefined,
    );
  const skip = (key: string, i: number): Observable<unknown> =>
    store.unblock(
      { queue, target: { key }, decision: "skip", limit: 1 },
      `${id}/${round}/${i}/skip/${catchingUp.skips}`,
    );
  return from(catchingUp.dropped ? [] : streams).pipe(
    concatMap(drop),
    last(undefined, undefined),
    switchMap(() => store.heads({ queue, keys: streams })),
    switchMap((heads): Observable<CaughtUp> => {
      const blocked = streams.flatMap((key, i) => (heads[i]?.blocked === true ? [{ key, i }] : []));
      if (blocked.length > 0)
        return from(blocked).pipe(
          concatMap(({ key, i }) => skip(key, i)),
          last(undefined, undefined),
          map(() => ({
            next: { ...at, catchingUp: { ...catchingUp, dropped: true, skips: catchingUp.skips + 1 } },
            ...nothing,
          })),
        );
      if (heads.some((head) => head !== undefined))
        return waiting(lane, { ...at, catchingUp: { ...catchingUp, dropped: true, waits: true } });
      const begun = { at: catchingUp.at, begun: true };
      return atomically([
        kept.putCatchUp(id, begun, catchingUp.revision),
        kept.checkControl(at.standing.controlRevision),
      ]).pipe(
        map(([revision]) => ({
          next: { ...at, catchingUp: { ...catchingUp, revision, begun: true, waits: false } },
          ...nothing,
        })),
      );
    }),
  );
};

/** A replay whose targets are in somebody's hands lets others of the lane go first. */
const waiting = ({ kept, name }: Lane, at: Lead): Observable<CaughtUp> => {
  const { control, controlRevision } = at.standing;
  const [first, ...others] = control.catchUps.filter(({ lane }) => lane === name);
  if (first === undefined || others.length === 0) return of({ next: at, ...nothing });
  const elsewhere = control.catchUps.filter(({ lane }) => lane !== name);
  const turned = { ...control, catchUps: [...elsewhere, ...others, { ...first, round: first.round + 1 }] };
  return kept.putControl(turned, controlRevision).pipe(
    map((now) => ({
      next: { ...at, standing: { ...at.standing, control: turned, controlRevision: now }, catchingUp: undefined },
      ...nothing,
    })),
  );
};

/** The most messages that one call to the store is asked to drop. */
const CHUNK = 1_000;

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
      const place = end === undefined ? 0 : placeOf(end);
      const isPast = next === undefined || placeOf(next) >= place;
      return {
        source,
        events: isPast ? events.filter(({ position }) => placeOf(position) <= place) : events,
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
  return routing.route({ source, events, wants: wantsOf(lane, control, { what: catchingUp.of, source }) }).pipe(
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
  readonly what: CatchUp;
  readonly source: number;
}

/** A replay is for all reactions of the lane; for those that were left behind up to where they were left. */
const wantsOf = (lane: Lane, control: Control, { what, source }: Which) => {
  const left = leftIn(control, lane.name);
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
