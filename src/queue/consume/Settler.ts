/**
 * Gathers settlements: those of one burst leave as one write, each in a list of its own, so that the refusal of one spoils no
 * other.
 *
 * ```text
 *              end of the burst, waitMsMax, sizeMax lists, flush
 *   gathering ───────────────────────────────────────────────────▶ handed over (`Rounds`)
 * ```
 *
 * Nobody renews a lease whose settlement waits. So a settlement that cannot wait takes all others along, at the end of its burst.
 */
import type { Subscription } from "rxjs";
import { soon } from "../../core/Clock.js";
import type { Step } from "../../core/steps/Step.js";
import { type ListEnd, Rounds, type RoundsOptions } from "./Rounds.js";

export interface SettlerOptions extends RoundsOptions {
  readonly sizeMax: number;
  readonly waitMsMax: number;
  /** Called right after a write was handed to the store: a call that is made then follows it in order. */
  readonly onFlush: () => void;
}

export class Settler {
  /** The writes that were handed to the store. */
  readonly rounds: Rounds;
  /** How many lists were ever pushed. */
  pushed = 0;
  private lists: Array<ReadonlyArray<Step>> = [];
  private ends: Array<ListEnd> = [];
  private timer: Subscription | undefined;
  private depth = 0;
  private waitMsMax: number;

  constructor(private readonly options: SettlerOptions) {
    this.rounds = new Rounds(options);
    this.waitMsMax = options.waitMsMax;
  }

  /** Adds one list, which leaves with the others of this burst. */
  push(steps: ReadonlyArray<Step>, end: ListEnd): void {
    this.pushed += 1;
    if (!this.rounds.takeAgain(steps, end)) {
      this.lists.push(steps);
      this.ends.push(end);
    }
    if (this.depth === 0 && this.lists.length >= this.options.sizeMax) this.flush();
    else if (this.timer === undefined) this.schedule();
  }

  /** Keeps all lists that `burst` pushes in one write, whatever their number. */
  together(burst: () => void): void {
    this.depth += 1;
    try {
      burst();
    } finally {
      this.depth -= 1;
      if (this.depth === 0 && this.lists.length >= this.options.sizeMax) this.flush();
    }
  }

  /** Whether lists may wait longer than their burst. */
  get waits(): boolean {
    return this.waitMsMax > 0;
  }

  /** The gathered lists leave at the end of this burst. */
  leaveSoon(): void {
    if (!this.waits || this.timer === undefined) return;
    this.timer.unsubscribe();
    this.timer = soon(this.options.scheduler, () => this.flush());
  }

  /** From now on no list waits longer than its burst. */
  hurry(): void {
    this.leaveSoon();
    this.waitMsMax = 0;
  }

  /** Hands the gathered lists to the store, now. */
  flush(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    this.rounds.sendAgain();
    if (this.lists.length === 0) return;
    const { lists, ends } = this;
    this.lists = [];
    this.ends = [];
    this.rounds.send(lists, ends);
    this.options.onFlush();
  }

  private schedule(): void {
    const { scheduler } = this.options;
    const flush = (): void => this.flush();
    this.timer = this.waits ? scheduler.schedule(flush, this.waitMsMax) : soon(scheduler, flush);
  }
}
