/** How far the correlation of a lane has come. */
import type { Control } from "../Control.js";
import type { Checkpoint, Found } from "../Kept.js";
import { padded, type Vector } from "../vector.js";

/** Where the correlation of a lane stands. Sources that came later are at their starts. */
export const standing = ({
  control,
  lane,
  found,
  sources,
}: {
  readonly control: Control | undefined;
  readonly lane: string;
  readonly found: Found<Checkpoint> | undefined;
  readonly sources: number;
}): Vector => {
  const began = control !== undefined && Object.hasOwn(control.lanes, lane) ? control.lanes[lane] : undefined;
  return padded(found?.value?.at ?? began ?? [], sources);
};
