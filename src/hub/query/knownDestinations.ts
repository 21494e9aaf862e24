/** All destinations of a hub: those of this program, and all that ever had a dispatch. */
import { map, type Observable } from "rxjs";
import type { Parts } from "../definition.js";

export const knownDestinations = ({ records, destinations, local }: Parts): Observable<ReadonlyArray<string>> =>
  records
    .destinations()
    .pipe(map((onRecord) => [...new Set([...destinations.keys(), ...onRecord, ...local.destinations.keys()])]));
