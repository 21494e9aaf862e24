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
