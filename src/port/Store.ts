/** A whole store. What stands upon one asks for the ports that it uses. */
import type { Lifecycle } from "./Lifecycle.js";
import type { QueuePort } from "./QueuePort.js";
import type { Writer } from "./Writer.js";

/** A place for queues. Make one by `memoryStore` or `redisStore`; `close` it when done. */
export interface Store extends Lifecycle, Writer, QueuePort {
  /** The one place where time is injected. */
  readonly scheduler: Lifecycle["scheduler"];
}
