/** Which reactions of pending events nobody can do without: those that this program lacks, and nobody has retired. */
import { map, type Observable, of } from "rxjs";
import type { Lane } from "../Lane.js";

/** The names that this program lacks. */
export const unknownIn = ({ all }: Pick<Lane, "all">, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.filter((name) => all.named(name) === undefined);

/** Those of them that are not retired. Events of a retired reaction pass, also in a program that does not have it any more. */
export const lackedIn = (
  { kept }: Pick<Lane, "kept">,
  unknown: ReadonlyArray<string>,
): Observable<ReadonlyArray<string>> => {
  if (unknown.length === 0) return of([]);
  return kept.read({ lanes: [], catchUps: [] }).pipe(
    map(({ control }) => {
      const reactions = control.value?.reactions ?? {};
      return unknown.filter((name) => !(Object.hasOwn(reactions, name) && reactions[name]?.retired === true));
    }),
  );
};
