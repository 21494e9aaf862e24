/** Records of any number of names, in their order. */
import { defer, map, type Observable } from "rxjs";
import { iterate } from "../../core/iterate.js";
import type { SluiceError } from "../../core/SluiceError.js";
import type { RecordName } from "../../core/steps/recordSteps.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { RecordsStore } from "../../port/Store.js";

/** So many are asked for in one call. */
const NAMES_MAX = 1_000;

/** What one call did not answer, since that has too many bytes, is asked for by the next. */
export const getAll = (
  store: RecordsStore,
  names: ReadonlyArray<RecordName>,
): Observable<ReadonlyArray<StoredRecord | undefined>> => {
  // A list of each subscription.
  return defer(() => {
    const all: Array<StoredRecord | undefined> = [];
    return iterate<number, SluiceError>(
      () => 0,
      (read) =>
        read < names.length
          ? store.getRecords(names.slice(read, read + NAMES_MAX)).pipe(map((part) => all.push(...part)))
          : undefined,
    ).pipe(map(() => all));
  });
};
