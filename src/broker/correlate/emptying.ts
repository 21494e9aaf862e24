/**
 * Empties the lines of targets that are to be replayed. What waits in a line is dropped, and what blocks it is skipped; its head, where
 * somebody is at it, is left to that one. The replay begins once it is done, so it never runs beside an earlier event of its target.
 *
 * Heads that take long (one is deferred, or waits for its retry) hold up nobody else: their targets are put aside, and looked at more and more
 * seldom. The others of the same replay begin without them.
 *
 * Write ids are made of the catch-up's id. So where two processes do this, one of them late, what it repeats changes nothing, also after
 * the replay has begun. Each change of what a catch-up is of therefore gives it a new id.
 */
import { concatMap, forkJoin, from, last, map, type Observable, of, switchMap } from "rxjs";
import { iterate } from "../../core/iterate.js";
import { idFrom } from "../../core/Sources.js";
import { atomically } from "../../core/Write.js";
import type { KeyHead } from "../../port/QueuePort.js";
import { type CatchUp, type Control, type Replay, waitingIn } from "../Control.js";
import type { Lane } from "../Lane.js";
import { startOf } from "../vector.js";
import { missingIn } from "./knowledge.js";
import type { CatchingUp, HeadsLook, Lead } from "./Place.js";
import { CONTROL_LOOK_MS, LOOK_MS } from "./waits.js";

/** The most names of one replay, and of one look at heads. */
export const STREAMS_MAX = 1_000;

/** The most messages that one call to the store is asked to drop. */
const CHUNK = 1_000;

interface Emptying {
  readonly at: Lead;
  readonly catchingUp: CatchingUp;
  readonly of: Replay;
  /** How long heads may take before their targets are put aside. */
  readonly patienceMs: number;
}

/** A look whether the lines are empty by now, and what follows from it. */
export const empty = (lane: Lane, emptying: Emptying): Observable<Lead> => {
  const { catchingUp, of: replay } = emptying;
  const { streams } = replay.of;
  return from(catchingUp.dropped ? [] : streams).pipe(
    concatMap((key, i) => drop(lane, replay.id, { key, i })),
    last(undefined, undefined),
    switchMap(() => lane.store.heads({ queue: lane.queueName, keys: streams })),
    switchMap((heads) => {
      const { at } = emptying;
      if (heads.every((head) => head === undefined)) return begin(lane, emptying);
      if (heads.some((head) => head?.blocked === true))
        return skipBlocked(lane, { replay, heads, round: catchingUp.skips }).pipe(
          map(() => ({ ...at, catchingUp: { ...catchingUp, dropped: true, skips: catchingUp.skips + 1 } })),
        );
      return patiently(lane, { ...emptying, heads });
    }),
  );
};

interface Line {
  readonly key: string;
  readonly i: number;
}

const drop = ({ store, queueName: queue }: Lane, id: string, { key, i }: Line): Observable<unknown> =>
  iterate<{ readonly call: number; readonly more: boolean }, never>(
    () => ({ call: 0, more: true }),
    ({ call, more }) =>
      more
        ? store
            .purge({ queue, limit: CHUNK, followersOf: key }, `${id}/${i}/drop/${call}`)
            .pipe(map((portion) => ({ call: call + 1, more: portion.more })))
        : undefined,
  );

interface Skipping {
  readonly replay: Replay;
  readonly heads: Heads;
  readonly round: number;
}

/** Of the targets of a replay, aligned. */
type Heads = ReadonlyArray<KeyHead | undefined>;

const skipBlocked = ({ store, queueName: queue }: Lane, { replay, heads, round }: Skipping): Observable<unknown> =>
  from(replay.of.streams.flatMap((key, i) => (heads[i]?.blocked === true ? [{ key, i }] : []))).pipe(
    concatMap(({ key, i }) =>
      store.unblock({ queue, target: { key }, decision: "skip", limit: 1 }, `${replay.id}/${i}/skip/${round}`),
    ),
    last(undefined, undefined),
  );

const begin = ({ kept }: Lane, { at, catchingUp }: Emptying): Observable<Lead> =>
  atomically([
    kept.putCatchUp(catchingUp.of.id, { at: catchingUp.at, begun: true }, catchingUp.revision),
    kept.checkControl(at.standing.controlRevision),
  ]).pipe(map(([revision]) => ({ ...at, catchingUp: { ...catchingUp, revision, begun: true, waits: false } })));

/** Most heads are done in a moment. The targets of those that are not are put aside then. */
const patiently = (
  lane: Lane,
  { at, catchingUp, of: replay, patienceMs, heads }: Emptying & { readonly heads: Heads },
): Observable<Lead> => {
  const nowMs = lane.store.scheduler.now();
  const sinceMs = catchingUp.waitsSinceMs ?? nowMs;
  if (nowMs - sinceMs < patienceMs)
    return of({ ...at, catchingUp: { ...catchingUp, dropped: true, waits: true, waitsSinceMs: sinceMs } });
  const { control } = at.standing;
  const free = freeIn([{ replay, heads }]);
  const goesOn = free.length === 0 ? [] : [replayOf(lane, free, "free")];
  const others = control.catchUps.flatMap((one): ReadonlyArray<CatchUp> => (one === replay ? goesOn : [one]));
  const aside = replay.of.streams.filter((_, i) => heads[i] !== undefined);
  return putControl(lane, at, { ...control, catchUps: putAside(lane, others, aside) });
};

/** They join those of the lane that wait already, where one look has room for all. */
const putAside = (
  lane: Lane,
  catchUps: ReadonlyArray<CatchUp>,
  aside: ReadonlyArray<string>,
): ReadonlyArray<CatchUp> => {
  const known = waitingIn({ catchUps }, lane.name).at(-1);
  const streams = [...new Set([...(known?.of.streams ?? []), ...aside])];
  if (known === undefined || streams.length > STREAMS_MAX) return [...catchUps, replayOf(lane, aside, "emptied")];
  return catchUps.map((one) => (one === known ? replayOf(lane, streams, "emptied") : one));
};

/** Whether it is time to look at the heads of the targets that were put aside. A replay needs a program that has all reactions of the lane. */
export const headsAreDue = (lane: Lane, at: Lead): boolean => leftMsOf(lane, at) === 0;

/** How long that is away; undefined where there are none. */
export const leftMsOf = (lane: Lane, { heads, standing: { control } }: Lead): number | undefined =>
  waitsForHeads(lane, control) ? Math.max(0, heads.dueAtMs - lane.store.scheduler.now()) : undefined;

export const waitsForHeads = (lane: Lane, control: Control): boolean =>
  waitingIn(control, lane.name).length > 0 && missingIn(lane, control).length === 0;

export const firstHeadsLook = (nowMs: number): HeadsLook => ({ dueAtMs: nowMs, everyMs: LOOK_MS, round: 0 });

/** Those whose heads are done by now are replayed next. */
export const lookAtHeads = (lane: Lane, at: Lead): Observable<Lead> => {
  const { store, queueName: queue } = lane;
  const waiting = waitingIn(at.standing.control, lane.name);
  const { round } = at.heads;
  return forkJoin(
    waiting.map((replay) =>
      store
        .heads({ queue, keys: replay.of.streams })
        .pipe(switchMap((heads) => skipBlocked(lane, { replay, heads, round }).pipe(map(() => ({ replay, heads }))))),
    ),
  ).pipe(
    switchMap((looked) => {
      const free = freeIn(looked);
      if (free.length > 0) return putControl(lane, at, freed(lane, at.standing.control, free));
      const hasSkipped = looked.some(({ heads }) => heads.some((head) => head?.blocked === true));
      const everyMs = hasSkipped ? LOOK_MS : Math.min(at.heads.everyMs * 2, CONTROL_LOOK_MS);
      return of({ ...at, heads: { dueAtMs: store.scheduler.now() + everyMs, everyMs, round: round + 1 } });
    }),
  );
};

const freeIn = (looked: ReadonlyArray<{ readonly replay: Replay; readonly heads: Heads }>): ReadonlyArray<string> =>
  looked.flatMap(({ replay, heads }) => replay.of.streams.filter((_, i) => heads[i] === undefined));

/** Behind all else of the lane, in its turn. */
const freed = (lane: Lane, control: Control, free: ReadonlyArray<string>): Control => {
  const names = new Set(free);
  const waiting = waitingIn(control, lane.name);
  const others = control.catchUps.flatMap((one): ReadonlyArray<CatchUp> => {
    const replay = waiting.find((known) => known === one);
    if (replay === undefined || !replay.of.streams.some((stream) => names.has(stream))) return [one];
    const rest = replay.of.streams.filter((stream) => !names.has(stream));
    return rest.length === 0 ? [] : [replayOf(lane, rest, "emptied")];
  });
  const portions = Array.from({ length: Math.ceil(free.length / STREAMS_MAX) }, (_, i) =>
    replayOf(lane, free.slice(i * STREAMS_MAX, (i + 1) * STREAMS_MAX), "free"),
  );
  return { ...control, catchUps: [...others, ...portions] };
};

const replayOf = (
  { store, name, sources }: Lane,
  streams: ReadonlyArray<string>,
  lines: Replay["of"]["lines"],
): Replay => ({ id: idFrom(store), lane: name, of: { streams, lines }, from: startOf(sources.length) });

const putControl = ({ kept, store }: Lane, at: Lead, control: Control): Observable<Lead> =>
  kept.putControl(control, at.standing.controlRevision).pipe(
    map((controlRevision) => ({
      ...at,
      standing: { ...at.standing, control, controlRevision },
      catchingUp: undefined,
      catchesUp: true,
      heads: firstHeadsLook(store.scheduler.now() + LOOK_MS),
    })),
  );
