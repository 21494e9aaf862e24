/**
 * The watermark of a target: all its events up to there are done. It is the mark of the head of its line, else the checkpoint of the lane;
 * so it costs no write, and it is exact for targets that never had an event. The records are read first: what is enqueued afterwards stands
 * in the line, and what was done before is no head any more.
 */
import { forkJoin, map, type Observable, of, switchMap } from "rxjs";
import type { KeyHead } from "../port/QueuePort.js";
import { lanesBy } from "./allLanes.js";
import { type CatchUp, type Control, replayOf } from "./Control.js";
import { ownLanesOf } from "./correlate/replaying.js";
import { standing } from "./correlate/standing.js";
import type { Parts } from "./definition.js";
import type { Kept, Moment } from "./Kept.js";
import type { Lane } from "./Lane.js";
import { lowestOf, padded, startOf, type Vector, vectorOf } from "./vector.js";

/** How one target stands. */
export interface Standing {
  readonly at: Vector;
  readonly blocked: boolean;
}

/** A lane, as far as it is needed to find a target in it. */
export type Place = Pick<Lane, "name" | "queueName">;

/** What is read. */
export interface Readable extends Pick<Parts, "kept" | "store" | "sources"> {
  /** The lanes besides in which events of a target may stand, by what all processes agree upon. */
  readonly othersOf: (control: Control | undefined, stream: string) => ReadonlyArray<OtherPlace>;
}

interface OtherPlace extends Place {
  /** Whether events of this program's reactions may come there. */
  readonly counts: boolean;
}

/**
 * Another version may have moved reactions of this program to lanes that this one does not have: how far these have come counts. Of all other
 * lanes only what stands in their lines does, since earlier versions had other targets.
 */
export const readableOf = (parts: Parts): Readable => ({
  ...parts,
  othersOf: (control, stream) => {
    const { register, lanes } = parts;
    const hasStrategy = lanes.some(({ correlate }) => correlate !== undefined);
    const own = control === undefined ? [] : ownLanesOf(control, { register, hasStrategy, stream });
    const known = lanesOf(parts, stream).map(({ name }) => name);
    return lanesBy(parts, control)
      .filter(({ name }) => !known.includes(name))
      .map(({ name, queueName }) => ({ name, queueName, counts: own.includes(name) }));
  },
});

/** In all of these lanes, and in the others of what all processes agree upon. */
export const standingIn = (readable: Readable, lanes: ReadonlyArray<Place>, stream: string): Observable<Standing> =>
  forkJoin(lanes.map((lane) => inLane(readable, lane, stream))).pipe(
    switchMap((all) => {
      const others = readable.othersOf(all[0]?.control, stream);
      return others.length === 0
        ? of(all)
        : forkJoin([
            ...all.map((one) => of(one)),
            ...others.map((lane) => (lane.counts ? inLane : inLine)(readable, lane, stream)),
          ]);
    }),
    map((all) => ({
      at: lowestIn(all.flatMap(({ at }) => (at === undefined ? [] : [at]))) ?? startOf(readable.sources.length),
      blocked: all.some(({ blocked }) => blocked),
    })),
  );

const lowestIn = (all: ReadonlyArray<Vector>): Vector | undefined => {
  const [first, ...others] = all;
  return first && others.reduce(lowestOf, first);
};

interface InLane {
  /** Undefined: nothing is known of it there. */
  readonly at: Vector | undefined;
  readonly blocked: boolean;
  readonly control: Control | undefined;
}

/** Nothing of this program is correlated into that lane, so only what stands in the line counts. */
const inLine = ({ store, sources }: Readable, { queueName: queue }: Place, stream: string): Observable<InLane> =>
  store.heads({ queue, keys: [stream] }).pipe(
    map(([head]) => ({
      at: markOf(head, sources.length),
      blocked: head?.blocked === true,
      control: undefined,
    })),
  );

const markOf = (head: KeyHead | undefined, sources: number): Vector | undefined =>
  head?.mark === undefined ? undefined : vectorOf(head.mark, sources);

/** A lane that all have forgotten, or that only this program knows so far, takes no position back. */
const isAgreed = ({ control: { value: control } }: Moment, { name }: Place): boolean =>
  control === undefined || Object.hasOwn(control.lanes, name);

/** The lanes that may have events of this target; a strategy of the user's may use them all. */
export const lanesOf = (
  { lanes, register }: Pick<Parts, "lanes" | "register">,
  stream: string,
): ReadonlyArray<Lane> => {
  const names = register.lanesOf(stream);
  return lanes.filter(({ name, correlate }) => correlate !== undefined || names.includes(name));
};

const inLane = ({ kept, store, sources }: Readable, lane: Place, stream: string): Observable<InLane> =>
  momentOf(kept, { lane: lane.name, stream }, undefined).pipe(
    switchMap(({ moment, replay }) =>
      store.heads({ queue: lane.queueName, keys: [stream] }).pipe(
        map(([head]) => ({
          at: isAgreed(moment, lane)
            ? positionOf({ moment, replay, head, lane: lane.name }, sources.length)
            : markOf(head, sources.length),
          blocked: head?.blocked === true,
          control: moment.control.value,
        })),
      ),
    ),
  );

interface Read {
  readonly moment: Moment;
  /** The replay of this target, if there is one. */
  readonly replay: CatchUp | undefined;
}

/** Reads again where the target is being replayed, so that how far that has come is of the same moment. */
const momentOf = (
  kept: Kept,
  { lane, stream }: { readonly lane: string; readonly stream: string },
  known: string | undefined,
): Observable<Read> =>
  kept.read({ lanes: [lane], catchUps: known === undefined ? [] : [known] }).pipe(
    switchMap((moment) => {
      const { value: control } = moment.control;
      const replay = control && replayOf(control, lane, stream);
      return replay === undefined || replay.id === known
        ? of({ moment, replay })
        : momentOf(kept, { lane, stream }, replay.id);
    }),
  );

interface Reading extends Read {
  readonly head: KeyHead | undefined;
  readonly lane: string;
}

const positionOf = ({ moment, replay, head, lane }: Reading, sources: number): Vector => {
  const [progress] = moment.catchUps;
  // What stands in its line is of before the replay.
  if (replay !== undefined && progress?.value?.begun !== true) return padded(replay.from, sources);
  if (head?.mark !== undefined) return vectorOf(head.mark, sources);
  if (replay !== undefined) return padded(progress?.value?.at ?? replay.from, sources);
  return standing({ control: moment.control.value, lane, found: moment.lanes[0], sources });
};
