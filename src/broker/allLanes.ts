/**
 * The lanes of a broker that only other versions of its program have. What stands in their lines is delivered, and can be freed, by each
 * program that has its reactions; nothing is correlated into them.
 */
import { map, type Observable } from "rxjs";
import type { Control } from "./Control.js";
import type { Parts } from "./definition.js";
import type { Lane } from "./Lane.js";

/** The names of those lanes. */
const otherLanes = (register: Parts["register"], control: Control | undefined): ReadonlyArray<string> =>
  Object.keys(control?.lanes ?? {}).filter((lane) => !register.lanes.has(lane));

/** The lanes of this program first, in its order. */
export const lanesBy = ({ register, lanes, laneNamed }: Parts, control: Control | undefined): ReadonlyArray<Lane> => [
  ...lanes,
  ...otherLanes(register, control).map((name) => laneNamed(name)),
];

/** The same, as they are now. */
export const allLanes = (parts: Parts): Observable<ReadonlyArray<Lane>> =>
  parts.kept.read({ lanes: [], catchUps: [] }).pipe(map(({ control }) => lanesBy(parts, control.value)));
