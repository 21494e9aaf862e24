/** What cases give up, close and reopen. */
import assert from "node:assert/strict";
import { newId } from "../../../core/newId.js";
import type { Position } from "../../../core/Position.js";
import { answered, type Scene } from "../queue/Scene.js";

/** Prunes a stream up to this version by one call, and answers how far that is done. */
export const prune = async (scene: Scene, stream: string, upTo: number, limit = 1_000): Promise<number> => {
  const { prunedTo } = await answered(scene.store.pruneStream({ stream, upTo, limit }, newId()));
  return prunedTo;
};

/** Trims the log up to this position by one call, and answers how far that is done. */
export const trim = async (scene: Scene, upTo: Position, limit = 10_000): Promise<Position | undefined> => {
  const { trimmedTo } = await answered(scene.store.trimLog({ upTo, limit }, newId()));
  return trimmedTo;
};

/** Trims the log up to this position, in as many calls as it takes. */
export const trimWhole = async (scene: Scene, upTo: Position, limit = 10_000): Promise<ReadonlyArray<Position>> => {
  const steps: Array<Position> = [];
  let last: Position | undefined;
  while (last !== upTo) {
    const trimmedTo = await trim(scene, upTo, limit);
    assert.ok(trimmedTo !== undefined && trimmedTo > (last ?? "") && trimmedTo <= upTo, "a trim does not lead on");
    steps.push(trimmedTo);
    last = trimmedTo;
  }
  return steps;
};

export const setClosed = (scene: Scene, stream: string, closed: boolean): Promise<void> =>
  answered(scene.store.setClosed({ stream, closed }, newId()));
