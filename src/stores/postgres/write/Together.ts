/** Calls functions that write, and has the lease that stands right behind them in the lane leave with them: one round trip, one commit. */
import type { Connection } from "../connection/Connection.js";
import type { Answered, LeaseTurn } from "../connection/Lane.js";
import { RECORD } from "../connection/text.js";

export class Together {
  /** What the lease was answered. */
  private leased: string | undefined;

  constructor(
    private readonly connection: Pick<Connection, "call">,
    private readonly lease: LeaseTurn | undefined,
  ) {}

  /** Calls this function. It may be called again where that did nothing. */
  async call(name: string, text: string): Promise<string> {
    const { connection, lease } = this;
    if (lease?.mayLeave() !== true) return connection.call("lane", name, () => text);
    // Neither request has the character that parts them: JSON has no control characters.
    const both = (again: boolean): string => [name, text, lease.text(again)].join(RECORD);
    const reply = await connection.call("lane", "both_1", both).catch((cause: unknown) => {
      lease.lost();
      throw cause;
    });
    const end = reply.indexOf(RECORD);
    // Nothing was done, and so nothing was leased.
    if (end < 0) return reply;
    this.leased = reply.slice(end + 1);
    return reply.slice(0, end);
  }

  /** Tells the lease its reply. Where it has none, it asks by itself next: what was refused may be the write alone. */
  get answered(): Answered {
    const { lease, leased } = this;
    return leased === undefined ? { tell: () => undefined, left: lease } : { tell: () => lease?.done(leased) };
  }
}
