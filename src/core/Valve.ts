/** Bounds from outside how many works may begin, beside the concurrency: what may not begin stays in its queue. */
import type { Unsubscribable } from "rxjs";

export interface Valve {
  /** How many works may begin now; `Infinity` where nothing bounds them. */
  readonly room: number;
  /** When there is room by time alone, by the clock of the store. Undefined: there is room, or something has to happen first. */
  readonly roomAtMs: number | undefined;
  /** `onChange` is called when the room has become none, and when it has grown otherwise than by time. */
  readonly watch: (onChange: () => void) => Unsubscribable;
}
