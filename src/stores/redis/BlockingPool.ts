/** The connections of consumers that wait: one each, made when needed, kept for the next. */
import type { Call, CallEnd, Connection } from "./Connection.js";

/** So many connections are kept while nobody waits. */
const IDLE_COUNT_MAX = 16;

export interface BlockingRead {
  /** The lists that are read: the first of them that has something. */
  readonly lists: ReadonlyArray<string>;
  readonly blockMs: number;
}

export class BlockingPool {
  private readonly unused: Array<Connection> = [];
  private readonly busy = new Set<Connection>();
  private closed = false;

  constructor(private readonly make: () => Connection) {}

  /** Takes one text of a list, or undefined when the time is over. It is told even after `abandon`, where it was sent. */
  read(
    { lists, blockMs }: BlockingRead,
    end: CallEnd<{ readonly list: string; readonly text: string } | undefined>,
  ): Call {
    const connection = this.unused.pop() ?? this.make();
    this.busy.add(connection);
    const call = connection.command(
      "blpop",
      [...lists, (blockMs / 1000).toFixed(3)],
      {
        done: (reply) => {
          this.free(connection);
          const [list, text] = (reply ?? []) as ReadonlyArray<string>;
          end.done(list === undefined || text === undefined ? undefined : { list, text });
        },
        failed: (cause) => {
          this.discard(connection);
          end.failed(cause);
        },
      },
      blockMs,
    );
    return {
      get sent(): boolean {
        return call.sent;
      },
      abandon: () => {
        if (call.sent) return;
        call.abandon();
        this.discard(connection);
      },
    };
  }

  /** Resolves once nobody waits, or after so many milliseconds. */
  async idle(msMax: number): Promise<void> {
    await Promise.all([...this.busy].map((connection) => connection.idle(msMax)));
  }

  close(): void {
    this.closed = true;
    for (const connection of [...this.busy, ...this.unused]) connection.close();
    this.busy.clear();
    this.unused.length = 0;
  }

  private free(connection: Connection): void {
    if (!this.busy.delete(connection)) return;
    if (this.closed || this.unused.length >= IDLE_COUNT_MAX) connection.close();
    else this.unused.push(connection);
  }

  private discard(connection: Connection): void {
    if (this.busy.delete(connection)) connection.close();
  }
}
