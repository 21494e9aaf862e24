/** The tasks of a log on its codec alone. One line a call: see `calls`. */
import type { EventCodec, EventMap, TypeName } from "../../log/EventCodec.js";
import type { EventLog, FeedError, FeedPage, FeedPageOptions } from "../../log/EventLog.js";
import { eventLog } from "../../log/makeEventLog.js";
import { type CallsOf, onLog } from "../calls.js";
import type { ReaderOf } from "./queues.js";
import { type FaceTask, onMade, type StoreTask } from "./StoreTask.js";

/** The calls of a log as tasks that still need their store. */
export type LogReaders<M extends EventMap> = Omit<
  { readonly [K in CallsOf<EventLog<M>>]: ReaderOf<EventLog<M>[K]> },
  "feedPage"
> & {
  readonly feedPage: <K extends TypeName<M> = TypeName<M>>(
    options?: FeedPageOptions<K>,
  ) => StoreTask<FeedPage<M[K]>, FeedError>;
};

/** A call of a log as such a task: of which codec comes first, its arguments last. */
export type OnCodec<K extends CallsOf<EventLog<EventMap>>> = <M extends EventMap>(
  codec: EventCodec<M>,
) => LogReaders<M>[K];

type Log = EventLog<EventMap>;

const onCodec = <K extends CallsOf<Log>>(name: K): OnCodec<K> =>
  // The type says which arguments belong to which call: see onMade.
  onMade<EventCodec<EventMap>, Log>(eventLog, onLog(name) as unknown as FaceTask<Log>) as unknown as OnCodec<K>;

/** Adds events to a stream, all or none; answers what it is like behind them. */
export const append: OnCodec<"append"> = onCodec("append");
/** What a stream is like. */
export const head: OnCodec<"head"> = onCodec("head");
/** A page of the feed. */
export const feedPage: OnCodec<"feedPage"> = onCodec("feedPage");
/** The stream takes no more events. */
export const close: OnCodec<"close"> = onCodec("close");
/** A closed stream takes events again. */
export const reopen: OnCodec<"reopen"> = onCodec("reopen");
/** Gives up the events of a stream up to a version. */
export const prune: OnCodec<"prune"> = onCodec("prune");
/** Hands the events of a stream over, page by page, and gives them up. */
export const archive: OnCodec<"archive"> = onCodec("archive");
/** Gives up the events of all streams up to a position. */
export const trim: OnCodec<"trim"> = onCodec("trim");
/** Removes the key of a subject; answers whether there was one. */
export const forget: OnCodec<"forget"> = onCodec("forget");
