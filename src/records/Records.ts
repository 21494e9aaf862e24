/** The public face of a collection of records. */
import type { Effect } from "../core/Effect.js";
import type { Options } from "../core/options.js";
import type { Revision } from "../core/Revision.js";
import type { DecodeRefused, InvalidConfig, ReadError, RecordConflict, WriteError } from "../core/SluiceError.js";
import type { Write } from "../core/Write.js";
import type { Page } from "../port/Page.js";
import type { RecordsStore } from "../port/Store.js";
import type { Places, RecordsDefinition } from "./RecordsDefinition.js";
import type { Sort } from "./sortOf.js";

/** A record as it is read. In logs it shows its id and revision, never its value. */
export interface Stored<out A> {
  readonly id: string;
  readonly value: A;
  readonly revision: Revision;
}

/** A record that the codec refuses, so that one does not spoil its page. */
export interface Malformed {
  readonly id: string;
  readonly revision: Revision;
  readonly report: ReadonlyArray<string>;
}

export interface RecordPage<A> extends Page<Stored<A>> {
  readonly malformed: ReadonlyArray<Malformed>;
}

/** What `where` of an index may be; never where its entries have none. */
export type WhereOf<V> = unknown extends V ? never : V & string;

export type RangeOptions = Options<{
  /** The least and the greatest sort, both included. Default: without a bound. */
  from: Sort;
  upTo: Sort;
  /** From the greatest to the least. Default false. */
  backwards: boolean;
  /** The `next` of the page before. Default: the first. */
  after: string;
  /** 1 to 1,000; default 100. */
  limit: number;
}>;

/** Which entries of an index to read: several texts are read as one, in order. */
export interface Where<W extends string> {
  readonly where: W | ReadonlyArray<W>;
}

/** An index whose entries have a `where` is read by one or several of these; one without is read as it is. */
export type PageArguments<V> = [WhereOf<V>] extends [never]
  ? readonly [options?: RangeOptions]
  : readonly [options: RangeOptions & Where<WhereOf<V>>];

export type CountArguments<V> = [WhereOf<V>] extends [never] ? readonly [] : readonly [options: Where<WhereOf<V>>];

/** What an update may fail with. */
export type UpdateError = WriteError | RecordConflict;

export type ModifyOptions = Options<{
  /** How often it reads and tries, 1 to 1,000; default 20. Then the last conflict is its error. */
  attemptsMax: number;
}>;

/** What reads; a read model shows this part alone. */
export interface RecordReads<A, W extends Places> {
  /** The record, or undefined where there is none. */
  readonly get: (id: string) => Effect<Stored<A> | undefined, ReadError | DecodeRefused>;
  /** The records of these ids, aligned, of one moment: of at most 1,000 ids and 4 MiB; of more, a moment for each such part. */
  readonly getAll: (
    ids: ReadonlyArray<string>,
  ) => Effect<ReadonlyArray<Stored<A> | undefined>, ReadError | DecodeRefused>;
  /** A page in the order of the index; short where values are large (4 MiB), so `next` alone says whether it is the last. */
  readonly page: <K extends keyof W & string>(
    index: K,
    ...options: PageArguments<W[K]>
  ) => Effect<RecordPage<A>, ReadError>;
  /** How many entries it has; of several `where`, the sum. */
  readonly count: <K extends keyof W & string>(index: K, ...options: CountArguments<W[K]>) => Effect<number, ReadError>;
}

/**
 * A collection of small versioned values by id. Made by `records(store, definition)`; cheap, without connection or timer of its own.
 *
 * Its Writes join others of the same store by `atomically` and `followUp`. Ids are any texts of at most 512 UTF-8 bytes.
 */
export interface Records<A, W extends Places = Places> extends RecordReads<A, W> {
  readonly definition: RecordsDefinition<A, W>;
  readonly store: RecordsStore;
  /** The record has this value from now on, whatever stands there; emits its new revision. */
  readonly put: (id: string, value: A) => Write<Revision, WriteError>;
  /** The same where nothing may stand there yet, else `RecordConflict`. */
  readonly insert: (id: string, value: A) => Write<Revision, UpdateError>;
  /** The same where it must be as it was read (undefined: not there), else `RecordConflict`. */
  readonly update: (id: string, value: A, was: Revision | undefined) => Write<Revision, UpdateError>;
  /** Emits whether there was one. To remove it only as it was read, join this with `check`. */
  readonly remove: (id: string) => Write<boolean, WriteError>;
  /** Changes nothing, and refuses all that it is joined with where the record is not as it was read (undefined: not there). */
  readonly check: (id: string, was: Revision | undefined) => Write<void, WriteError | RecordConflict>;
  /**
   * Reads the record, changes its value and updates it, and begins again where another was faster. Emits what stands there in the end.
   * A change that answers undefined leaves the record as it is; one that throws is `EncodeRefused`. Run again after `StoreUnavailable`
   * (by `retry`, say) it first sends the update that was not answered, so the change is made once. It reads first, so it is no Write
   * and joins nothing: there use `get` and `update`.
   */
  readonly modify: (
    id: string,
    change: (value: A | undefined) => A | undefined,
    options?: ModifyOptions,
  ) => Effect<Stored<A> | undefined, UpdateError | DecodeRefused | InvalidConfig>;
}
