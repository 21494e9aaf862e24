/** Collections of records as tasks: what `Records` does, for `pipe` and `sequence`. One line a call: see `calls`. */
import { type OnRecords, onRecords } from "./calls.js";

/** The record, or undefined where there is none. */
export const get: OnRecords<"get"> = onRecords("get");
/** The records of these ids, aligned. */
export const getAll: OnRecords<"getAll"> = onRecords("getAll");
/** A page in the order of an index. */
export const page: OnRecords<"page"> = onRecords("page");
/** How many entries an index has. */
export const count: OnRecords<"count"> = onRecords("count");
/** The record has this value from now on, whatever stands there; answers its new revision. */
export const put: OnRecords<"put"> = onRecords("put");
/** The same where nothing may stand there yet. */
export const insert: OnRecords<"insert"> = onRecords("insert");
/** The same where it must be as it was read. */
export const update: OnRecords<"update"> = onRecords("update");
/** Takes the record away; answers whether there was one. */
export const remove: OnRecords<"remove"> = onRecords("remove");
/** Changes nothing; fails where the record is not as it was read. */
export const check: OnRecords<"check"> = onRecords("check");
/** Reads, changes and updates, and begins again where another was faster. */
export const modify: OnRecords<"modify"> = onRecords("modify");
