/** What the cases about steps of any kind ask of a kind. */
import type { WriteRefused } from "../../../core/SluiceError.js";
import type { Scene } from "../queue/Scene.js";

export interface Sample<S> {
  /** A step that the store will do. Each call makes another one, in the way of no other. */
  readonly ready: (scene: Scene) => Promise<S>;
  /** A step that the store must refuse, and what it must say; undefined for a kind that nothing refuses. */
  readonly refused: (scene: Scene) => Promise<Refused<S> | undefined>;
}

export interface Refused<S> {
  readonly step: S;
  readonly refusal: WriteRefused;
}
