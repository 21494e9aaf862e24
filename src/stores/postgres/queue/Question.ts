/** One question for messages, as a turn of the lane. It has one number however often it is sent, so that what a lost reply held is given back. */
import type { SchedulerLike } from "rxjs";
import type { LeaseRequest } from "../../../port/Lease.js";
import type { Connection } from "../connection/Connection.js";
import type { LeaseTurn } from "../connection/Lane.js";
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
  readonly answered: (reply: LeaseReply) => void;
  readonly failed: (cause: unknown) => void;
}

export class Question implements LeaseTurn {
  readonly kind = "lease";
  readonly weight = 0;
  private readonly lease = newLeaseNumber();
  /** When it was sent first. */
  private asked: { readonly given: number | null; readonly atMs: number } | undefined;

  constructor(
    private readonly context: QuestionContext,
    private readonly wanted: LeaseRequest,
    private readonly end: QuestionEnd,
  ) {}

  isWanted(): boolean {
    return this.end.isWanted();
  }

  text(again: boolean): string {
    const { deadLettersMax, fronts } = this.context;
    const front = fronts.of(this.wanted.queue);
    return leaseText(this.wanted, { given: this.sent().given, deadLettersMax, lease: this.lease, again, front });
  }

  /** Asks by itself. */
  async run(): Promise<void> {
    if (!this.isWanted()) return;
    let reply: string;
    try {
      reply = await this.context.connection.call("lane", "lease_1", (again) => this.text(again));
    } catch (cause) {
      this.failed(cause);
      return;
    }
    this.done(reply);
  }

  done(reply: string): void {
    const read = readLeaseReply(reply, this.lease, this.sent().atMs);
    if (read.front !== undefined) this.context.fronts.told(this.wanted.queue, read.front);
    this.end.answered(read);
  }

  failed(cause: unknown): void {
    this.end.failed(cause);
  }

  private sent(): { readonly given: number | null; readonly atMs: number } {
    const { given, scheduler } = this.context;
    this.asked ??= { given: given(), atMs: scheduler.now() };
    return this.asked;
  }
}
