/**
 * What one program knows of a lane, and another version of it may not: its reactions with all their types, and the sources.
 *
 * Whoever lacks a reaction leaves it behind, to be caught up by a program that has it. So nothing is lost while two versions run side by
 * side, after a rollback, or where a reaction is deleted; one that is registered with `.void()` once is retired, and missed by nobody.
 */
import { activeOf, type CatchUp, type Control, leftIn } from "../Control.js";
import type { Lane } from "../Lane.js";
import type { Vector } from "../vector.js";

/** Whether this program has the reaction, with all types that it has for all processes. */
const has = ({ all }: Lane, control: Control, name: string): boolean => {
  const own = all.named(name)?.parts;
  const there = control.reactions[name];
  if (own === undefined || there === undefined) return own !== undefined;
  return there.types.every((type) => own.storedAs.includes(type) || own.without.includes(type));
};

/** The reactions of the lane that this program does not have. */
export const missingIn = (lane: Lane, control: Control): ReadonlyArray<string> =>
  Object.entries(control.reactions).flatMap(([name, there]) =>
    there.lane === lane.name && !there.retired && !has(lane, control, name) ? [name] : [],
  );

/** Those of them that nobody catches up. */
export const lackingIn = (lane: Lane, control: Control): ReadonlyArray<string> => {
  const left = leftIn(control, lane.name);
  return missingIn(lane, control).filter((name) => !left.has(name));
};

/** Whether the lane has come to sources that this program does not have. */
export const lacksSources = ({ sources }: Lane, at: Vector): boolean => at.length > sources.length;

/**
 * The catch-up that is next, if this program can bring it forward; of replays whose targets wait for their heads see `emptying`. One for reactions that only another version has holds up no other
 * reactions. A replay is for all reactions of the lane, so it waits for a program that has them.
 */
export const nextCatchUp = (lane: Lane, control: Control, at: Vector): CatchUp | undefined => {
  const first = activeOf(control, lane.name);
  if (first === undefined || lacksSources(lane, at)) return undefined;
  if ("streams" in first.of) return missingIn(lane, control).length === 0 ? first : undefined;
  return control.catchUps.find(
    (one) =>
      one.lane === lane.name && "reactions" in one.of && one.of.reactions.every((name) => has(lane, control, name)),
  );
};
