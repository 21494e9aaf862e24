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
   * Does these turns, of which it is the first, as one call. Nothing of users runs between this call and the one of the driver, so that what it
   * finds is still so when its call leaves. That a call fails is an answer; it rejects only where there is a defect.
   */
  readonly run: (turns: ReadonlyArray<Turn>) => Promise<Answered>;
}

/** A call has been answered. */
export interface Answered {
  /** Tells the answers. Nothing is under way then, so what they lead to may leave before the code of users that they lead to has run. */
  readonly tell: () => void;
  /** A turn that did not leave with the others, and comes next. */
  readonly left?: Turn | undefined;
}

/** A lease, as whatever leaves before it in the same call has to know it. */
export interface LeaseTurn extends Turn {
  readonly kind: "lease";
  /** Whether it may leave with the turn before it: somebody still waits for it, and it has nobody to let go first. */
  readonly mayLeave: () => boolean;
  /** Makes the text of its request; `again` where an earlier try may have been done. */
  readonly text: (again: boolean) => string;
  readonly done: (reply: string) => void;
  /** A call that had it along failed: it may have been done all the same. */
  readonly lost: () => void;
}

/** Whether a turn may leave with the one before it. */
const joins = (turn: Turn, before: Turn): boolean => before.kind === "write" && turn.kind !== "other";

/** Turns that leave together weigh no more than this, but for the first. */
const WEIGHT_MAX = 1;
const COUNT_MAX = 1_000;

/**
 * ```text
 *            add                  end of the burst                   answered
 *   idle ──────────▶ gathering ────────────────────▶ under way ◀────────────────▶ telling
 *    ▲      └────────────── atOnce ─────────────────────▲  something waits: atOnce within,  │
 *    │                                                                   else at its end    │
 *    └──────────────────────────────── nothing waits ───────────────────────────────────────┘
 * ```
 */
export class Lane {
  private waiting: Array<Turn> = [];
  private from = 0;
  private phase: "idle" | "gathering" | "under way" | "telling" = "idle";
  private readonly idles: Array<() => void> = [];

  /** `onIdle`: nothing waits any more. */
  constructor(private readonly onIdle: () => void = () => undefined) {}

  add(turn: Turn): void {
    this.waiting.push(turn);
    if (this.phase === "under way") return;
    if (turn.atOnce === true) this.go();
    else if (this.phase === "idle") {
      this.phase = "gathering";
      queueMicrotask(() => this.go());
    }
  }

  /** Emits once nothing waits or is under way. */
  idle(): Promise<void> {
    return this.phase === "idle" ? Promise.resolve() : new Promise((resolve) => this.idles.push(resolve));
  }

  /** Sends what waits, unless something is under way. */
  private go(): void {
    if (this.phase === "under way") return;
    const turns = this.next();
    const [first] = turns;
    if (first === undefined) {
      this.phase = "idle";
      this.onIdle();
      for (const resolve of this.idles.splice(0)) resolve();
      return;
    }
    this.phase = "under way";
    first.run(turns).then(
      (answered) => this.answered(answered),
      (cause: unknown) =>
        this.answered({
          tell: () => {
            throw cause;
          },
        }),
    );
  }

  private answered({ tell, left }: Answered): void {
    if (left !== undefined) {
      this.waiting = [left, ...this.waiting.slice(this.from)];
      this.from = 0;
    }
    this.phase = "telling";
    try {
      tell();
    } catch (cause) {
      // What a receiver of an answer throws is not the lane's: it is reported as rxjs reports unhandled errors.
      throwError(() => cause).subscribe();
    }
    this.go();
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
