/** Removes what is stored of a version. */
import { right } from "fp-ts/lib/Either.js";
import { catchError, map, type Observable, of, switchMap } from "rxjs";
import { type Effect, mapEffect } from "../../core/Effect.js";
import { iterate } from "../../core/iterate.js";
import { isSluiceError, type RecordConflict } from "../../core/SluiceError.js";
import type { RecordExpected, RecordName } from "../../core/steps/recordSteps.js";
import type { Step } from "../../core/steps/Step.js";
import { Write } from "../../core/Write.js";
import type { RecordsStore } from "../../port/Store.js";
import type { Checkpoints, Kept } from "./Checkpoints.js";

/** So many records one write removes. Each may stand in many indexes, and no call is to be long. */
const PAGE_COUNT = 100;

/** Of a projection: its one record. */
export const dropState = (store: RecordsStore, { name }: Pick<Checkpoints<unknown>, "name">): Effect<void> =>
  mapEffect(writeOf(store, [{ _tag: "Remove", ...name, expected: { _tag: "Any" } }]), () => undefined);

/** A model's records, and the index in which all of them stand. */
export interface Dropping {
  readonly store: RecordsStore;
  readonly checkpoints: Checkpoints<null>;
  readonly collection: string;
  readonly index: string;
}

/**
 * A model has many records, and one of them must not be met by whoever builds this version anew. So the checkpoint first says that the
 * model is being dropped: from then on no run writes, and a new one finishes this before it begins. Each page is removed upon that
 * checkpoint alone, and the checkpoint goes last. Several who drop one version do the same work, and each may end it.
 */
export const dropModel = (dropping: Dropping): Effect<void> =>
  mapEffect(
    iterate<{ readonly done: boolean }, never>(
      () => ({ done: false }),
      ({ done }) => (done ? undefined : dropSome(dropping).pipe(map((isOver) => ({ done: isOver })))),
    ),
    () => undefined,
  );

/** One step of it. Emits whether that was the last one. */
const dropSome = ({ store, checkpoints, collection, index }: Dropping): Observable<boolean> =>
  checkpoints.read().pipe(
    switchMap((kept): Observable<boolean> => {
      const expected = expectedOf(kept);
      if (expected === undefined) return of(true);
      if (!kept.dropping) return checkpoints.write(droppingOf(kept), kept.revision).pipe(map(() => false));
      const request = { collection, indexes: [index], from: undefined, upTo: undefined, after: undefined };
      return store.pageRecords({ ...request, limit: PAGE_COUNT, backwards: false }).pipe(
        switchMap(({ items }) => {
          const removals = items.map(({ id }) => removal({ collection, id }, { _tag: "Any" }));
          const last = removals.length === 0;
          const steps = last ? [removal(checkpoints.name, expected)] : [check(checkpoints.name, expected), ...removals];
          return writeOf(store, steps).pipe(map(() => last));
        }),
      );
    }),
    catchError((error: unknown) => {
      // Somebody else wrote it meanwhile: another one who drops it, or a run.
      if (isConflict(error)) return of(false);
      throw error;
    }),
  );

const expectedOf = ({ revision }: Kept<null>): RecordExpected | undefined =>
  revision === undefined ? undefined : { _tag: "At", revision };

/** It has no position: whoever took this for a checkpoint would begin at the start. */
const droppingOf = (kept: Kept<null>): Kept<null> => ({ ...kept, position: undefined, by: undefined, dropping: true });

const removal = (name: RecordName, expected: RecordExpected): Step => ({ _tag: "Remove", ...name, expected });

const check = (name: RecordName, expected: RecordExpected): Step => ({ _tag: "Check", ...name, expected });

const writeOf = (store: RecordsStore, steps: ReadonlyArray<Step>): Write<void> =>
  new Write(() => right({ steps, read: () => undefined }), { target: store, settles: false });

const isConflict = (error: unknown): error is RecordConflict => isSluiceError(error) && error._tag === "RecordConflict";
