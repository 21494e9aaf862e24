/**
 * Calls that have an order: one at a time, in the order in which they were asked for. Writes that come one after the other while another
 * call is under way leave together, and the lease behind them with them: so many small writes, or settlements and the lease that follows
 * them, cost one round trip and one commit.
 */
import { throwError } from "rxjs";

/** A turn of the lane. */
export interface Turn {
  readonly kind: "write" | "lease" | "other";
  /** How much of a call it fills. */
  readonly weight: number;
  /** Whether it leaves at once where nothing is under way, since the process may be busy then. Default: at the end of its burst. */
  readonly atOnce?: boolean;
  /**
   * Does these turns, of which it is the first, as one call; ends once they are answered. It never fails. Nothing runs between this call and
   * the one of the driver, so that what it finds is still so when its call leaves.
   */
  readonly run: (turns: ReadonlyArray<Turn>) => Promise<void>;
}

/** A lease, as whatever leaves before it in the same call has to know it. */
export interface LeaseTurn extends Turn {
  readonly kind: "lease";
  /** Whether it may leave with the turn before it: somebody still waits for it, and it has nobody to let go first. */
  readonly mayLeave: () => boolean;
  /** Makes the text of its request; `again` where an earlier try may have been done. */
  readonly text: (again: boolean) => string;
  readonly done: (reply: string) => void;
  readonly failed: (cause: unknown) => void;
}

/** Whether a turn may leave with the one before it. */
const joins = (turn: Turn, before: Turn): boolean => before.kind === "write" && turn.kind !== "other";

/** Turns that leave together weigh no more than this, but for the first. */
const WEIGHT_MAX = 1;
const COUNT_MAX = 1_000;

export class Lane {
  private waiting: Array<Turn> = [];
  private from = 0;
  /** "gathering": what this burst asks for leaves together. */
  private phase: "idle" | "gathering" | "busy" = "idle";
  private readonly idles: Array<() => void> = [];

  add(turn: Turn): void {
    this.waiting.push(turn);
    if (this.phase === "busy") return;
    if (turn.atOnce === true) this.start();
    else if (this.phase === "idle") {
      this.phase = "gathering";
      queueMicrotask(() => this.start());
    }
  }

  /** Emits once nothing waits or is under way. */
  idle(): Promise<void> {
    return this.phase === "idle" ? Promise.resolve() : new Promise((resolve) => this.idles.push(resolve));
  }

  private start(): void {
    if (this.phase === "busy" || this.from === this.waiting.length) return;
    this.phase = "busy";
    void this.go();
  }

  private async go(): Promise<void> {
    for (;;) {
      const turns = this.next();
      const [first] = turns;
      if (first === undefined) break;
      // What a receiver of an answer throws is not the lane's: it is reported as rxjs reports unhandled errors.
      await first.run(turns).catch((cause: unknown) => throwError(() => cause).subscribe());
    }
    this.phase = "idle";
    for (const resolve of this.idles.splice(0)) resolve();
  }

  private next(): ReadonlyArray<Turn> {
    const { waiting, from } = this;
    let to = from;
    let weight = 0;
    for (; to < waiting.length && to - from < COUNT_MAX; to++) {
      const turn = waiting[to];
      const before = waiting[to - 1];
      if (turn === undefined) break;
      if (to > from && before !== undefined && (!joins(turn, before) || weight + turn.weight > WEIGHT_MAX)) break;
      weight += turn.weight;
    }
    const turns = waiting.slice(from, to);
    this.from = to;
    if (to === waiting.length || to > 1_000) {
      this.waiting = waiting.slice(to);
      this.from = 0;
    }
    return turns;
  }
}
