/**
 * What a store with records does besides `write`: reading them. They are changed by the steps Put and Remove.
 *
 * Meaning common to all stores (the conformance suite states each as a case):
 *
 * - A record is a value under a name (collection and id), with the revision that its latest put gave it. It stands in exactly the
 *   indexes of its latest put, and in none once it is removed.
 * - One that has a ttl is absent when that is over, by the store's clock, for readers and for what writes expect.
 * - An index orders its records by sort, and equal sorts by escaped id (`core/escapeText`). Several indexes are read as one, in that
 *   order; a record that stands in several of them by one sort is met once.
 * - A page is of one moment. Its `next` is a place in the order, so it outlives the record that stood there.
 */
import type { Effect } from "../core/Effect.js";
import type { Revision } from "../core/Revision.js";
import type { RecordName } from "../core/steps/recordSteps.js";
import type { Page } from "./Page.js";

/** A record as it is stored; its value is opaque. */
export interface StoredRecord {
  readonly id: string;
  readonly value: string;
  readonly revision: Revision;
}

export interface RecordPageRequest {
  readonly collection: string;
  /** One or more, read as one. */
  readonly indexes: ReadonlyArray<string>;
  /** The least and the greatest sort, both included; undefined: without a bound. */
  readonly from: string | undefined;
  readonly upTo: string | undefined;
  /** The `next` of the page before; undefined begins. What is no `next` of this index is a place like any other. */
  readonly after: string | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
  /** From the greatest to the least. */
  readonly backwards: boolean;
}

export interface RecordPort {
  /**
   * The records of these names (at most 1,000), in their order, undefined where none is; all of one moment. Where they have more
   * than 4 MiB together it answers those that fit, one at least: the next call goes on behind them.
   */
  readonly getRecords: (names: ReadonlyArray<RecordName>) => Effect<ReadonlyArray<StoredRecord | undefined>>;
  /** How many records stand in each of these indexes, of one moment. */
  readonly countRecords: (request: {
    readonly collection: string;
    readonly indexes: ReadonlyArray<string>;
  }) => Effect<ReadonlyArray<number>>;
  /** Records in the order of their places; short where they have more than 4 MiB together. */
  readonly pageRecords: (request: RecordPageRequest) => Effect<Page<StoredRecord>>;
}
