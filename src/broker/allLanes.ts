/**
 * The lanes of a broker that only other versions of its program have. What stands in their lines is delivered, and can be freed, by each
 * program that has its reactions; nothing is correlated into them.
 */
import { map, type Observable } from "rxjs";
import type { Control } from "./Control.js";
import type { Parts } from "./definition.js";
import type { Lane } from "./Lane.js";

/** The names of those lanes. */
export const otherLanes = (register: Parts["register"], control: Control | undefined): ReadonlyArray<string> =>
  Object.keys(control?.lanes ?? {}).filter((lane) => !register.lanes.has(lane));

/** The lanes of this program first, in its order. */
export const allLanes = ({ kept, register, lanes, laneNamed }: Parts): Observable<ReadonlyArray<Lane>> =>
  kept
    .read({ lanes: [], catchUps: [] })
    .pipe(map(({ control }) => [...lanes, ...otherLanes(register, control.value).map((name) => laneNamed(name))]));
