/** The clients of a pool that are kept for a session each, and how the pool gets them back. */
import type { Pool, PoolClient } from "pg";
import type { Session } from "./Driver.js";

/** A session that is kept for the store. */
type KeptSession = Exclude<Session, "any">;

interface Kept {
  readonly client: Promise<PoolClient>;
  /** The same, once it is there. */
  fresh: PoolClient | undefined;
  /** Ends once what it was asked before has ended: a client takes one statement at a time. */
  last: Promise<unknown>;
  /** How many statements of it are under way. */
  underWay: number;
  /** Ends that the store hears of its errors. */
  forget: () => void;
}

export interface KeptClientsOptions {
  readonly pool: () => Promise<Pool>;
  /** Whether a session is of no use any more after this error. */
  readonly endsSession: (cause: unknown) => boolean;
}

export class KeptClients {
  private readonly kept = new Map<KeptSession, Kept>();
  private closed = false;

  constructor(private readonly options: KeptClientsOptions) {}

  /**
   * Uses the client of a session, which is taken from the pool at its first use: within this call, where it is there and has nothing else to
   * do. Fails once all were given back.
   */
  async use<A>(session: KeptSession, use: (client: PoolClient) => Promise<A>): Promise<A> {
    const kept = this.kept.get(session) ?? this.take(session);
    const { fresh, underWay, client, last } = kept;
    kept.underWay += 1;
    const own =
      fresh !== undefined && underWay === 0 ? use(fresh) : Promise.all([client, last]).then(([waited]) => use(waited));
    kept.last = own.catch(() => undefined);
    try {
      return await own;
    } catch (cause) {
      if (this.options.endsSession(cause)) this.giveUp(session, kept);
      throw cause;
    } finally {
      kept.underWay -= 1;
    }
  }

  /**
   * Gives the pool its clients back.
   *
   * All that the lane leaves in its session are prepared statements, so it goes back as it was taken, unless a statement is still under way.
   * The session of hints holds locks and listens. To let go of all that would take the user's own with it, and what is let go one by one
   * must be got right each time, or writers hint for nobody. So it ends, and with it whatever it holds.
   */
  async giveBack(): Promise<void> {
    this.closed = true;
    const all = [...this.kept];
    this.kept.clear();
    for (const [session, kept] of all) {
      const client = await kept.client.catch(() => undefined);
      if (client === undefined) continue;
      const isAsItWas = session === "lane" && kept.underWay === 0;
      // Of a client that ends errors may still come, which somebody must hear.
      if (isAsItWas) kept.forget();
      client.release(!isAsItWas);
    }
  }

  private take(session: KeptSession): Kept {
    if (this.closed) throw new Error("the store was closed");
    const client = this.options.pool().then((pool) => pool.connect());
    const kept: Kept = { client, fresh: undefined, last: Promise.resolve(), underWay: 0, forget: () => undefined };
    this.kept.set(session, kept);
    client.then(
      (fresh) => {
        kept.fresh = fresh;
        const lost = (): void => this.giveUp(session, kept);
        fresh.on("error", lost);
        kept.forget = () => fresh.off("error", lost);
      },
      () => this.drop(session, kept),
    );
    return kept;
  }

  /** Its own error and that of a statement under way both come here, and the store may have closed: it is released once. */
  private giveUp(session: KeptSession, kept: Kept): void {
    if (!this.drop(session, kept)) return;
    kept.client.then(
      (lost) => lost.release(true),
      () => undefined,
    );
  }

  /** Keeps it no more; whether it was still kept. */
  private drop(session: KeptSession, kept: Kept): boolean {
    return this.kept.get(session) === kept && this.kept.delete(session);
  }
}
