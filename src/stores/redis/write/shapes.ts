/** Writes of a shape that is asked for often have a script of their own, without a table a step. */
import { ackShape } from "../queue/ackScript.js";
import { enqueueShape } from "../queue/enqueueScripts.js";
import { type Steps, type WriteScript, writeScript } from "./writeScript.js";

export interface Shape {
  /** Whether all that is written has this shape. */
  readonly fits: (lists: ReadonlyArray<Steps>) => boolean;
  readonly script: WriteScript;
  /** The queue from which such a write may hand a message over before it is booked; undefined where it never does. */
  readonly handsOver: (lists: ReadonlyArray<Steps>) => string | undefined;
}

const anyShape: Shape = { fits: () => true, script: writeScript, handsOver: () => undefined };

/** In the order of frequency. */
const shapes: ReadonlyArray<Shape> = [enqueueShape, ackShape];

/** The shape that these lists have: its script does them at the least cost. */
export const shapeOf = (lists: ReadonlyArray<Steps>): Shape => shapes.find(({ fits }) => fits(lists)) ?? anyShape;
