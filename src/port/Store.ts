/** A whole store, and the parts of one that a queue, records or a log need. By its type a face sees the ports that it uses, and no others. */

import type { Lifecycle } from "./Lifecycle.js";
import type { LogPort } from "./LogPort.js";
import type { QueuePort } from "./QueuePort.js";
import type { RecordPort } from "./RecordPort.js";
import type { Writer } from "./Writer.js";

/** What a queue needs of its store. */
export interface QueueStore extends Lifecycle, Writer, QueuePort {
  /** The clock and the timers. */
  readonly scheduler: Lifecycle["scheduler"];
}

/** What records need of their store. */
export interface RecordsStore extends Lifecycle, Writer, RecordPort {
  /** The clock and the timers. */
  readonly scheduler: Lifecycle["scheduler"];
}

/** What a log needs of its store. */
export interface LogStore extends Lifecycle, Writer, LogPort {
  /** The clock and the timers. */
  readonly scheduler: Lifecycle["scheduler"];
}

/** What an event log needs of its store: the log, and records for the keys of personal data. */
export interface EventStore extends LogStore, RecordsStore {
  /** The clock and the timers. */
  readonly scheduler: Lifecycle["scheduler"];
}

/** All ports together. Make a store by `memoryStore` or `redisStore`; `close` it when you are done. */
export interface Store extends QueueStore, RecordsStore, LogStore {
  /** The clock and the timers. */
  readonly scheduler: Lifecycle["scheduler"];
}
