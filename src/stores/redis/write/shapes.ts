/** Writes of a frequent shape have a script of their own, which makes no table for each step. */
import { appendBurst, appendShape } from "../log/appendScript.js";
import { ackShape } from "../queue/ackScript.js";
import { enqueueBurst, enqueueShape } from "../queue/enqueueScripts.js";
import type { BurstKind } from "./Burst.js";
import { concludeShape } from "./concludeScript.js";
import { anyBurst, type Steps, type WriteScript, writeScript } from "./writeScript.js";

export interface Shape {
  /** Whether all lists have this shape. */
  readonly fits: (lists: ReadonlyArray<Steps>) => boolean;
  readonly script: WriteScript;
  /** The queue from which such a write may hand a message over before it is booked; undefined where it never does. */
  readonly handsOver: (lists: ReadonlyArray<Steps>) => string | undefined;
}

const anyShape: Shape = { fits: () => true, script: writeScript, handsOver: () => undefined };

/** The most frequent first. */
const shapes: ReadonlyArray<Shape> = [enqueueShape, ackShape, appendShape, concludeShape];

/** The shape of these lists, whose script does them at the least cost. */
export const shapeOf = (lists: ReadonlyArray<Steps>): Shape => shapes.find(({ fits }) => fits(lists)) ?? anyShape;

const burstKinds: ReadonlyArray<BurstKind> = [enqueueBurst, appendBurst, anyBurst];

/** The kind of burst in which a write of this list alone may leave; undefined for any other write. */
export const burstKindOf = (list: Steps): BurstKind | undefined => burstKinds.find(({ fits }) => fits(list));
