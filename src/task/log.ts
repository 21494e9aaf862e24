/** Logs as tasks: what `EventLog` does, for `pipe` and `sequence`. One line a call: see `calls`. */
import { type OnLog, onLog } from "./calls.js";

/** Adds events to a stream, all or none; answers what it is like behind them. */
export const append: OnLog<"append"> = onLog("append");
/** What a stream is like. */
export const head: OnLog<"head"> = onLog("head");
/** A page of the feed. */
export const feedPage: OnLog<"feedPage"> = onLog("feedPage");
/** The stream takes no more events. */
export const close: OnLog<"close"> = onLog("close");
/** A closed stream takes events again. */
export const reopen: OnLog<"reopen"> = onLog("reopen");
/** Gives up the events of a stream up to a version. */
export const prune: OnLog<"prune"> = onLog("prune");
/** Hands the events of a stream over, page by page, and gives them up. */
export const archive: OnLog<"archive"> = onLog("archive");
/** Gives up the events of all streams up to a position. */
export const trim: OnLog<"trim"> = onLog("trim");
/** Removes the key of a subject; answers whether there was one. */
export const forget: OnLog<"forget"> = onLog("forget");
