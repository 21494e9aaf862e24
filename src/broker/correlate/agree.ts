/** What a process adds to what all processes of its broker agree upon: the reactions and lanes that are new. */
import { catchError, defer, forkJoin, map, type Observable, of, switchMap } from "rxjs";
import { isSluiceError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import { atomically } from "../../core/Write.js";
import { endOfLog } from "../../log/readFeed.js";
import type { EventStore, Store } from "../../port/Store.js";
import { type CatchUp, type Control, isReplay, type KnownReaction } from "../Control.js";
import type { Kept, Moment } from "../Kept.js";
import type { Reaction } from "../Reaction.js";
import type { Register } from "../Register.js";
import { hasReached, isSame, lowestOf, padded, startOf, textOf, type Vector, vectorOf } from "../vector.js";
import { lanesWithReactions, replayingEverywhere } from "./replaying.js";
import { standing } from "./standing.js";

export interface Agreeing {
  readonly store: Store;
  readonly sources: ReadonlyArray<EventStore>;
  readonly kept: Kept;
  readonly register: Register;
}

/** Which reactions are moved to the lanes that this program says. */
export type Moves = "all" | "none" | ReadonlyArray<string>;

const isMoved = (moves: Moves, name: string): boolean => moves === "all" || (moves !== "none" && moves.includes(name));

/** What stands, and how far each lane of it has come. */
export interface Agreed {
  readonly control: Control;
  readonly moment: Moment;
  /** The lanes of the moment, in its order. */
  readonly lanes: ReadonlyArray<string>;
  /** The catch-ups of reactions of the moment, in its order: those that may be moved. */
  readonly catchUps: ReadonlyArray<string>;
}

/**
 * Reads what stands and adds what is missing, until nothing is. A reaction that stands in another lane than this program says is moved
 * where `moves` says so: at the start of a run, and where nobody attends that lane. Two versions of a program side by side would else move it to and fro. It goes on where
 * it was, be that behind or ahead of its new lane.
 */
export const agree = (agreeing: Agreeing, moves: Moves): Observable<Agreed> =>
  defer(() => look(agreeing, [...agreeing.register.lanes.keys()], moves)).pipe(
    switchMap((agreed) =>
      forkJoin(agreeing.sources.map((source) => (needsEnd(agreeing, agreed) ? endOfLog(source) : of(undefined)))).pipe(
        switchMap((ends) => {
          const control = amended({ ...agreeing, ...agreed, ends, moves });
          if (control === undefined) return of({ ...agreed, control: agreed.moment.control.value as Control });
          const { kept } = agreeing;
          const { moment, lanes, catchUps } = agreed;
          // It is made of how far the lanes have come: all of that must still stand.
          const checks = lanes.map((lane, i) => kept.checkLane(lane, moment.lanes[i]?.revision));
          const moved = catchUps.flatMap((id, i) => {
            const isThere = control.catchUps.some((one) => one.id === id);
            const check = kept.checkCatchUp(id, moment.catchUps[i]?.revision);
            return isThere ? [check] : [check, kept.removeCatchUp(id)];
          });
          return atomically([kept.putControl(control, moment.control.revision), ...checks, ...moved]).pipe(
            map(() => undefined),
            catchError((error: unknown) => {
              if (isSluiceError(error) && error._tag === "RecordConflict") return of(undefined);
              throw error;
            }),
            switchMap(() => agree(agreeing, moves)),
          );
        }),
      ),
    ),
  );

type Looked = Omit<Agreed, "control">;

/** Reads once more where there are lanes that this program does not have, or reactions that may be moved before they are caught up. */
const look = ({ kept }: Agreeing, lanes: ReadonlyArray<string>, moves: Moves): Observable<Looked> =>
  kept.read({ lanes, catchUps: [] }).pipe(
    switchMap((moment) => {
      const { value: control } = moment.control;
      const more = [...new Set([...lanes, ...Object.keys(control?.lanes ?? {})])];
      const catchUps = (moves === "none" ? [] : (control?.catchUps ?? [])).flatMap((one) =>
        "reactions" in one.of ? [one.id] : [],
      );
      if (more.length === lanes.length && catchUps.length === 0) return of({ moment, lanes, catchUps });
      return kept.read({ lanes: more, catchUps }).pipe(map((again) => ({ moment: again, lanes: more, catchUps })));
    }),
  );

const needsEnd = ({ register }: Agreeing, { moment }: Looked): boolean => {
  const known = moment.control.value?.reactions ?? {};
  return register.reactions.some(({ name, parts }) => parts.from === "end" && !Object.hasOwn(known, name));
};

interface Amending extends Agreeing, Looked {
  readonly ends: Vector;
  readonly moves: Moves;
}

/** Undefined where nothing is missing. */
const amended = (amending: Amending): Control | undefined => {
  const { register, moment, moves } = amending;
  const known = moment.control.value;
  if (known === undefined) return first(amending);
  const missing = register.reactions.filter(({ name, lane }) => {
    const there = knownIn(known, name);
    return there === undefined || (isMoved(moves, name) && there.lane !== lane);
  });
  const newLanes = [...register.lanes.keys()].filter((lane) => !Object.hasOwn(known.lanes, lane));
  const all = missing.length === 0 && newLanes.length === 0 ? known : added(known, { ...amending, missing, newLanes });
  const said = register.reactions.reduce((control, reaction) => saidOf(control, reaction, moves === "all"), all);
  return said === known ? undefined : withoutIdle(said);
};

/** A replay has nothing to bring in a lane that has no reactions any more. */
const withoutIdle = (control: Control): Control => {
  const lanes = new Set(lanesWithReactions(control));
  return { ...control, catchUps: control.catchUps.filter((one) => !isReplay(one) || lanes.has(one.lane)) };
};

const knownIn = ({ reactions }: Control, name: string): KnownReaction | undefined =>
  Object.hasOwn(reactions, name) ? reactions[name] : undefined;

/**
 * Its types, and whether it is retired, as this program says. Types are added whenever they are missing, and never taken away: another
 * version may have them. What else it says counts at the start of a run, for the reason that `agree` gives.
 */
const saidOf = (control: Control, { name, parts }: Reaction, starts: boolean): Control => {
  const there = knownIn(control, name);
  if (there === undefined) return control;
  const types = [...new Set([...there.types, ...parts.storedAs])];
  const retired = starts ? parts.target.is === "nowhere" : there.retired;
  if (retired === there.retired && types.length === there.types.length) return control;
  return {
    ...control,
    reactions: { ...control.reactions, [name]: { ...there, types, retired } },
    catchUps: retired ? without(control.catchUps, [name]) : control.catchUps,
  };
};

/** Nobody has run this broker before: each lane begins where the first of its reactions does. */
const first = (amending: Amending): Control => {
  const { register } = amending;
  const lanes = [...register.lanes.values()].map(({ lane, reactions }) => [
    lane,
    reactions.map((reaction) => sinceOf(reaction, amending)).reduce(lowestOf),
  ]);
  return {
    reactions: Object.fromEntries(
      register.reactions.map((reaction) => [reaction.name, newlyKnown(reaction, sinceOf(reaction, amending))]),
    ),
    lanes: Object.fromEntries(lanes) as Control["lanes"],
    priorities: [],
    catchUps: [],
  };
};

const newlyKnown = ({ lane, parts }: Reaction, since: Vector): KnownReaction => ({
  lane,
  since,
  types: parts.storedAs,
  retired: parts.target.is === "nowhere",
});

interface Adding extends Amending {
  readonly missing: ReadonlyArray<Reaction>;
  readonly newLanes: ReadonlyArray<string>;
}

/**
 * A new lane begins where the slowest one stands, so that no position goes back. A reaction that begins behind where its lane stands is
 * caught up, and so is one that comes from another lane; where it is ahead of its new lane, once that is there.
 */
const added = (known: Control, adding: Adding): Control => {
  const lanes = { ...known.lanes };
  const reactions = { ...known.reactions };
  // A lane that this program does not have may stand still for ever.
  const own = Object.keys(known.lanes).filter((lane) => adding.register.lanes.has(lane));
  const standing = (own.length > 0 ? own : Object.keys(known.lanes)).map((lane) => standingOf(lane, adding));
  for (const lane of adding.newLanes)
    lanes[lane] = standing.reduce(lowestOf, standing[0] ?? startOf(adding.sources.length));
  const left = new Map<string, { readonly lane: string; readonly from: Vector; readonly names: Array<string> }>();
  for (const reaction of adding.missing) {
    const { name, lane } = reaction;
    const there = knownIn(known, name);
    const from = there === undefined ? sinceOf(reaction, adding) : leftAt(name, known, adding);
    reactions[name] = there === undefined ? newlyKnown(reaction, from) : { ...there, lane };
    const at = adding.newLanes.includes(lane) ? (lanes[lane] as Vector) : standingOf(lane, adding);
    if (reactions[name].retired || (there === undefined ? hasReached(from, at) : isSame(from, at))) continue;
    const key = `${lane} ${textOf(from)}`;
    const together = left.get(key) ?? { lane, from, names: [] };
    left.set(key, together);
    together.names.push(name);
  }
  const catchUps = [...left.values()].map(
    ({ lane, from, names }): CatchUp => ({ id: idFrom(adding.store), lane, of: { reactions: names }, from }),
  );
  const moved = adding.missing.filter(({ name }) => Object.hasOwn(known.reactions, name));
  const names = moved.map(({ name }) => name);
  const { store: ids, sources } = adding;
  return replayingEverywhere(
    { ...known, reactions, lanes, catchUps: [...without(known.catchUps, names), ...catchUps] },
    { ids, streams: replayed(known, moved), sources: sources.length },
  );
};

/** How far a reaction that is moved has come: with its lane, or with the catch-up that it is in. */
const leftAt = (name: string, known: Control, adding: Adding): Vector => {
  const { lane } = known.reactions[name] ?? { lane: "" };
  const one = known.catchUps.find(({ of: what }) => "reactions" in what && what.reactions.includes(name));
  if (one === undefined) return standingOf(lane, adding);
  const progress = adding.moment.catchUps[adding.catchUps.indexOf(one.id)];
  return padded(progress?.value?.at ?? one.from, adding.sources.length);
};

const without = (catchUps: ReadonlyArray<CatchUp>, names: ReadonlyArray<string>): ReadonlyArray<CatchUp> =>
  catchUps.flatMap((one) => {
    if (!("reactions" in one.of)) return [one];
    const reactions = one.of.reactions.filter((name) => !names.includes(name));
    return reactions.length === 0 ? [] : [{ ...one, of: { reactions } }];
  });

/**
 * Targets that are being replayed in the lane of a reaction that is moved are replayed anew, so that it misses nothing of what was dropped
 * there. That is done in all lanes, as each replay is: in its new lane it drops what is pending of reactions that were moved from there.
 */
const replayed = (known: Control, moved: ReadonlyArray<Reaction>): ReadonlyArray<string> => {
  const lanes = new Set(moved.map(({ name }) => known.reactions[name]?.lane));
  return [...new Set(known.catchUps.flatMap((one) => (isReplay(one) && lanes.has(one.lane) ? one.of.streams : [])))];
};

const sinceOf = ({ parts }: Reaction, { sources, ends }: Amending): Vector => {
  switch (parts.from) {
    case "start":
      return startOf(sources.length);
    case "end":
      return ends;
    default:
      return vectorOf(parts.from, sources.length);
  }
};

const standingOf = (lane: string, { moment, lanes, sources }: Amending): Vector =>
  standing({ control: moment.control.value, lane, found: moment.lanes[lanes.indexOf(lane)], sources: sources.length });
