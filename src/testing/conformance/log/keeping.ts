/** What cases give up, close and reopen. */
import assert from "node:assert/strict";
import { newId } from "../../../core/newId.js";
import type { Position } from "../../../core/Position.js";
import { answered, type Scene } from "../queue/Scene.js";

interface PruneRequest {
  readonly stream: string;
  readonly upTo: number;
  readonly limit: number;
}

/** Prunes some events of a stream by one call, and answers how far that is done. */
export const prunePart = async (scene: Scene, request: PruneRequest): Promise<number> => {
  const { prunedTo } = await answered(scene.store.pruneStream(request, newId()));
  return prunedTo;
};

/** Prunes a stream of at most 1,000 events up to this version, and answers how far that is done. */
export const prune = (scene: Scene, stream: string, upTo: number): Promise<number> =>
  prunePart(scene, { stream, upTo, limit: 1_000 });

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
