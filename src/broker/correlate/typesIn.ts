/** Which events a lane reads. */
import type { Control } from "../Control.js";
import type { Lane } from "../Lane.js";

/**
 * The names under which the events of a lane's reactions are stored. In which lane a reaction stands is what all processes agree upon, also
 * where this program says another one: it is moved there when a program is run anew.
 */
export const typesIn = ({ name, all, register }: Lane, control: Control): ReadonlyArray<string> => {
  const types = new Set<string>();
  for (const reaction of all.reactions)
    if (control.reactions[reaction.name]?.lane === name && reaction.parts.target.is !== "nowhere")
      for (const type of reaction.parts.storedAs) types.add(type);
  return types.size === 0 ? register.types : [...types];
};
