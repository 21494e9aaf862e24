/**
 * Positions in the logs of all sources of a broker, one for each, in their order. With one source a vector is that position; with
 * several its text has all of them, so that it still is one opaque text.
 */
import { isBefore, type Position, parsePosition } from "../core/Position.js";

/** Undefined where nothing of that log is behind it. */
export type Vector = ReadonlyArray<Position | undefined>;

/** No event of any log. */
export const startOf = (sources: number): Vector => new Array<undefined>(sources).fill(undefined);

/** For so many sources at least: those that came later are at their starts. What other programs know of more sources stays. */
export const padded = (vector: Vector, sources: number): Vector =>
  startOf(Math.max(sources, vector.length)).map((_, source) => vector[source]);

/** For a mark: never empty, of "!" to "~" only. */
export const textOf = (vector: Vector): string => {
  const [only] = vector;
  return vector.length === 1 ? (only ?? NONE) : vector.map((position) => position ?? NONE).join(",");
};

/** What such a text says; sources that came later are at their starts. */
export const vectorOf = (text: string, sources: number): Vector => padded(text.split(",").map(parsePosition), sources);

/** As users see it. */
export const positionIn = (vector: Vector): Position | undefined =>
  vector.every((position) => position === undefined) ? undefined : (textOf(vector) as Position);

/** This vector with another position of one source. */
export const withPosition = (vector: Vector, source: number, position: Position | undefined): Vector =>
  vector.length === 1 ? [position] : vector.map((known, at) => (at === source ? position : known));

/** Whether an event at this position of this source is behind the vector, and so not in what it stands for. */
export const isBehind = (vector: Vector, source: number, position: Position): boolean =>
  isBefore(vector[source], position);

/** Whether it has come as far as the other one, in each log. */
export const hasReached = (vector: Vector, other: Vector): boolean =>
  other.every((position, source) => !isBefore(vector[source], position));

/** What both of them stand for. */
export const lowestOf = (one: Vector, other: Vector): Vector =>
  padded(one, other.length).map((position, source) => (isBefore(position, other[source]) ? position : other[source]));

export const isSame = (one: Vector, other: Vector): boolean =>
  padded(one, other.length).every((position, source) => position === other[source]);

const NONE = "-";
