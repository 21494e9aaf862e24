/** A whole store, and the part of one that a queue needs. By its type the face of a queue sees the ports that it uses, and no others. */
import type { Lifecycle } from "./Lifecycle.js";
import type { QueuePort } from "./QueuePort.js";
import type { Writer } from "./Writer.js";

/** What a queue needs of its store. */
export interface QueueStore extends Lifecycle, Writer, QueuePort {
  /** The clock and the timers. */
  readonly scheduler: Lifecycle["scheduler"];
}

/** All ports together. Make a store by `memoryStore` or `redisStore`; `close` it when you are done. */
export interface Store extends QueueStore {}
