/** The connections of consumers that wait: one each, made when needed, kept for the next. */
import type { Call, CallEnd, Connection } from "./Connection.js";
import type { Script } from "./script.js";

/** So many connections are kept while nobody waits. */
const IDLE_COUNT_MAX = 16;

export interface BlockingRead {
  /** The list that is read. */
  readonly list: string;
  readonly blockMs: number;
}

export class BlockingPool {
  private readonly idle: Array<Connection> = [];
  private readonly busy = new Set<Connection>();
  private closed = false;

  constructor(private readonly make: () => Connection) {}

  /**
   * Reads the list until something comes or the time is over, with the script right behind it. A connection is free again
   * when both are answered, also where nobody wants the answer any more.
   */
  blockingRun<I, O>({ list, blockMs }: BlockingRead, script: Script<I, O>, input: I, end: CallEnd<O>): Call {
    const connection = this.idle.pop() ?? this.make();
    this.busy.add(connection);
    const nothing = { done: () => undefined, failed: () => undefined };
    const read = connection.command("blpop", [list, (blockMs / 1000).toFixed(3)], nothing, blockMs);
    let wanted = true;
    const call = connection.run(
      script,
      input,
      {
        done: (reply) => {
          this.free(connection);
          if (wanted) end.done(reply);
        },
        failed: (cause) => {
          this.discard(connection);
          if (wanted) end.failed(cause);
        },
      },
      blockMs,
    );
    return {
      get sent(): boolean {
        return call.sent;
      },
      abandon: () => {
        wanted = false;
        if (call.sent) return;
        read.abandon();
        call.abandon();
        this.discard(connection);
      },
    };
  }

  close(): void {
    this.closed = true;
    for (const connection of [...this.busy, ...this.idle]) connection.close();
    this.busy.clear();
    this.idle.length = 0;
  }

  private free(connection: Connection): void {
    if (!this.busy.delete(connection)) return;
    if (this.closed || this.idle.length >= IDLE_COUNT_MAX) connection.close();
    else this.idle.push(connection);
  }

  private discard(connection: Connection): void {
    if (this.busy.delete(connection)) connection.close();
  }
}
