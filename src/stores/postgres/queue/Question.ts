/** One question for messages, as a turn of the lane. It has one number however often it is sent, so that what a lost reply held is given back. */
import type { SchedulerLike } from "rxjs";
import type { LeaseRequest } from "../../../port/Lease.js";
import type { Connection } from "../connection/Connection.js";
import type { Answered, LeaseTurn } from "../connection/Lane.js";
import type { Fronts } from "./Fronts.js";
import { type LeaseReply, leaseText, readLeaseReply } from "./leaseCalls.js";
import { newLeaseNumber } from "./token.js";

export interface QuestionContext {
  readonly connection: Pick<Connection, "call">;
  readonly scheduler: SchedulerLike;
  readonly given: () => number | null;
  readonly deadLettersMax: number;
  readonly fronts: Fronts;
}

export interface QuestionEnd {
  readonly isWanted: () => boolean;
  /** The process was busy while it waited, so others must go first: it was not asked, and has to be asked again behind them. */
  readonly late: () => void;
  readonly answered: (reply: LeaseReply) => void;
  readonly failed: (cause: unknown) => void;
}

/** A process that is busy for this part of a lease may be late with its renewals. */
const LATE_PART = 3;
/** So often in that time it is looked whether it is. */
const BEATS = 2;

/** How often a question that waits for its turn is told that the process is not busy (milliseconds). */
export const beatMsOf = ({ leaseMs }: Pick<LeaseRequest, "leaseMs">): number => leaseMs / LATE_PART / BEATS;

export class Question implements LeaseTurn {
  readonly kind = "lease";
  readonly weight = 0;
  readonly atOnce: boolean;
  private readonly lease = newLeaseNumber();
  /** When the process was last seen not to be busy. */
  private freshMs: number;
  /** Whether a call that had it along may have been done all the same. */
  private unsure = false;
  /** When it was sent first. */
  private asked: { readonly given: number | null; readonly atMs: number } | undefined;

  constructor(
    private readonly context: QuestionContext,
    private readonly wanted: LeaseRequest,
    private readonly end: QuestionEnd,
  ) {
    this.atOnce = wanted.atOnce === true;
    this.freshMs = context.scheduler.now();
  }

  /** Called now and then while it waits for its turn: that the process is not busy. Where this comes late, it was. */
  beat(): void {
    if (!this.isLate) this.freshMs = this.context.scheduler.now();
  }

  /** A call that had it along failed. */
  lost(): void {
    this.unsure = true;
  }

  mayLeave(): boolean {
    return this.end.isWanted() && !this.isLate;
  }

  text(again: boolean): string {
    const { deadLettersMax, fronts } = this.context;
    this.unsure ||= again;
    const front = fronts.of(this.wanted.queue);
    return leaseText(this.wanted, {
      given: this.sent().given,
      deadLettersMax,
      lease: this.lease,
      again: this.unsure,
      front,
    });
  }

  /** Asks by itself. */
  async run(): Promise<Answered> {
    const { context, end } = this;
    if (!end.isWanted()) return { tell: () => undefined };
    if (this.isLate) return { tell: () => end.late() };
    try {
      const reply = await context.connection.call("lane", "lease_1", (again) => this.text(again));
      return { tell: () => this.done(reply) };
    } catch (cause) {
      return { tell: () => end.failed(cause) };
    }
  }

  done(reply: string): void {
    const read = readLeaseReply(reply, this.lease, this.sent().atMs);
    if (read.front !== undefined) this.context.fronts.told(this.wanted.queue, read.front);
    this.end.answered(read);
  }

  /**
   * Whether the process was busy since somebody decided to ask, for as long as a third of a lease: then leases of its own may be past their
   * ends, and it would end them. See decision 0033. One that may have been done is sent again as soon as it can be: only it can give back what
   * it holds.
   */
  private get isLate(): boolean {
    const { context, wanted, freshMs, unsure } = this;
    return !unsure && context.scheduler.now() - freshMs >= wanted.leaseMs / LATE_PART;
  }

  private sent(): { readonly given: number | null; readonly atMs: number } {
    const { given, scheduler } = this.context;
    this.asked ??= { given: given(), atMs: scheduler.now() };
    return this.asked;
  }
}
