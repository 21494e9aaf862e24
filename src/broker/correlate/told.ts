/** What the correlation of a lane tells. */
import type { Position } from "../../core/Position.js";
import type { StoredEvent } from "../../port/LogPort.js";

export type CorrelatorEvent =
  | {
      readonly _tag: "Correlated";
      readonly events: number;
      readonly messages: number;
      readonly position: Position | undefined;
      /** The events themselves, and which source they are of. */
      readonly of: { readonly source: number; readonly events: ReadonlyArray<StoredEvent> };
    }
  | { readonly _tag: "Full"; readonly pending: number }
  | { readonly _tag: "Lacks"; readonly reactions: ReadonlyArray<string> }
  | { readonly _tag: "CaughtUp" | "StandsBy" };
