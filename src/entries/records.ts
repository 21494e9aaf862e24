/** `sluice/records`: small versioned values by id, with indexes; their Writes join `atomically` and `followUp`. */
export type { Revision } from "../core/Revision.js";
export type { DecodeRefused, RecordConflict, RecordsError } from "../core/SluiceError.js";
export type { RecordExpected } from "../core/steps/recordSteps.js";
export type { Page } from "../port/Page.js";
export type { RecordsStore } from "../port/Store.js";
export { records } from "../records/makeRecords.js";
export type {
  CountArguments,
  Malformed,
  ModifyOptions,
  PageArguments,
  RangeOptions,
  RecordPage,
  RecordReads,
  Records,
  Stored,
  UpdateError,
  Where,
  WhereOf,
} from "../records/Records.js";
export type { Entries, IndexEntry, Indexes, Places, RecordsDefinition } from "../records/RecordsDefinition.js";
export { type Sort, type SortPart, sortOf } from "../records/sortOf.js";
