/** The tasks of a collection of records on its definition alone. One line a call: see `calls`. */
import type { ReadError } from "../../core/SluiceError.js";
import { records } from "../../records/makeRecords.js";
import type { CountArguments, PageArguments, RecordPage, Records } from "../../records/Records.js";
import type { Places, RecordsDefinition } from "../../records/RecordsDefinition.js";
import { type CallsOf, onRecords } from "../calls.js";
import type { ReaderOf } from "./queues.js";
import { type FaceTask, onMade, type StoreTask } from "./StoreTask.js";

/** The calls of a collection as tasks that still need their store. */
export type RecordReaders<A, W extends Places> = Omit<
  { readonly [K in CallsOf<Records<A, W>>]: ReaderOf<Records<A, W>[K]> },
  "page" | "count"
> & {
  readonly page: <K extends keyof W & string>(
    index: K,
    ...options: PageArguments<W[K]>
  ) => StoreTask<RecordPage<A>, ReadError>;
  readonly count: <K extends keyof W & string>(
    index: K,
    ...options: CountArguments<W[K]>
  ) => StoreTask<number, ReadError>;
};

/** A call of a collection as such a task: of which definition comes first, its arguments last. */
export type OnCollection<K extends CallsOf<Records<unknown>>> = <A, W extends Places = Record<never, never>>(
  definition: RecordsDefinition<A, W>,
) => RecordReaders<A, W>[K];

type AnyRecords = Records<unknown>;

const onCollection = <K extends CallsOf<AnyRecords>>(name: K): OnCollection<K> =>
  // The type says which arguments belong to which call: see onMade.
  onMade<RecordsDefinition<unknown, Places>, AnyRecords>(
    records,
    onRecords(name) as unknown as FaceTask<AnyRecords>,
  ) as unknown as OnCollection<K>;

/** The record, or undefined where there is none. */
export const get: OnCollection<"get"> = onCollection("get");
/** The records of these ids, aligned. */
export const getAll: OnCollection<"getAll"> = onCollection("getAll");
/** A page in the order of an index. */
export const page: OnCollection<"page"> = onCollection("page");
/** How many entries an index has. */
export const count: OnCollection<"count"> = onCollection("count");
/** The record has this value from now on, whatever stands there; answers its new revision. */
export const put: OnCollection<"put"> = onCollection("put");
/** The same where nothing may stand there yet. */
export const insert: OnCollection<"insert"> = onCollection("insert");
/** The same where it must be as it was read. */
export const update: OnCollection<"update"> = onCollection("update");
/** Takes the record away; answers whether there was one. */
export const remove: OnCollection<"remove"> = onCollection("remove");
/** Changes nothing; fails where the record is not as it was read. */
export const check: OnCollection<"check"> = onCollection("check");
/** Reads, changes and updates, and begins again where another was faster. */
export const modify: OnCollection<"modify"> = onCollection("modify");
