/** The connections of consumers that wait: one each, made when needed, kept for the next. */
import type { Call, CallEnd, Connection } from "./Connection.js";

/** So many connections are kept while nobody waits. */
const IDLE_COUNT_MAX = 16;

export interface BlockingRead {
  /** The lists that are read: the first of them that has something. */
  readonly lists: ReadonlyArray<string>;
  readonly blockMs: number;
}

/** What a read has taken, and of which list. */
export interface Taken {
  readonly list: string;
  readonly text: string;
}

class Reading implements Call {
  constructor(
    private readonly call: Call,
    private readonly discard: () => void,
  ) {}
  get sent(): boolean {
    return this.call.sent;
  }
  abandon(): void {
    if (this.sent) return;
    this.call.abandon();
    this.discard();
  }
}

export class BlockingPool {
  private readonly unused: Array<Connection> = [];
  private readonly busy = new Set<Connection>();
  private closed = false;

  constructor(private readonly make: () => Connection) {}

  /** Takes one text of a list, or undefined when the time is over. It is told even after `abandon`, where it was sent. */
  read({ lists, blockMs }: BlockingRead, end: CallEnd<Taken | undefined>): Call {
    const connection = this.unused.pop() ?? this.make();
    this.busy.add(connection);
    const call = connection.command(
      "blpop",
      [...lists, (blockMs / 1000).toFixed(3)],
      {
        done: (reply) => {
          this.free(connection);
          const taken = reply as readonly [list: string, text: string] | null;
          end.done(taken === null ? undefined : { list: taken[0], text: taken[1] });
        },
        failed: (cause) => {
          this.discard(connection);
          end.failed(cause);
        },
      },
      blockMs,
    );
    return new Reading(call, () => this.discard(connection));
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
