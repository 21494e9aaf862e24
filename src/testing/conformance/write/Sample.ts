/** What a kind of step provides for the cases about steps of any kind. */
import type { WriteRefused } from "../../../core/SluiceError.js";
import type { Scene } from "../queue/Scene.js";

export interface Sample<S> {
  /** A step that the store will do. Each call makes another one, and none hinders another. */
  readonly ready: (scene: Scene) => Promise<S>;
  /** A step that the store must refuse, and what it must say; undefined for a kind that nothing refuses. */
  readonly refused: (scene: Scene) => Promise<Refused<S> | undefined>;
}

export interface Refused<S> {
  readonly step: S;
  readonly refusal: WriteRefused;
}
