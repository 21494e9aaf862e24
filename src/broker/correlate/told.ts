/** What the correlation of a lane tells. */
import type { Position } from "../../core/Position.js";

export type CorrelatorEvent =
  | {
      readonly _tag: "Correlated";
      readonly events: number;
      readonly messages: number;
      readonly position: Position | undefined;
    }
  | { readonly _tag: "Full"; readonly pending: number }
  | { readonly _tag: "CaughtUp" | "StandsBy" };
