/** What the ledger says of all runs so far. */
import { isRight } from "fp-ts/lib/Either.js";
import { map, type Observable } from "rxjs";
import type { Queue } from "sluice";
import type { LedgerEntry } from "./codecs/LedgerEntry.js";

/** The entries, at most 1,000; reading them takes none away. */
export const readLedger = (ledger: Queue<LedgerEntry>): Observable<ReadonlyArray<LedgerEntry>> =>
  ledger
    .peek({ limit: 1_000 })
    .pipe(map((entries) => entries.flatMap(({ data }) => (isRight(data) ? [data.right] : []))));
