/**
 * One `lease` of the port, from its first question to its end.
 *
 * ```text
 *            nothing, may wait                       nothing
 *   asking ───────────────────▶ waiting ──woken──▶ asking again ──┐
 *     │                          │  ▲                             │
 *     │ something,               │  └─────────────────────────────┘
 *     │ or may not wait          │ time over, store closed: with an empty list
 *     ▼                          ▼
 *   ended ◀──────────────────────┘        unsubscribed, or no answer: the request is taken back
 * ```
 *
 * Asking goes over the connection of all calls, right behind what was written before. Waiting takes a connection of its own
 * (a blocking read stalls its connection) and sends two commands at once: a read of the wake-up list, and the next lease
 * behind it. So a message that comes is leased one trip after it was enqueued. That lease is small: on a socket that died
 * unnoticed it would take messages for nobody.
 *
 * What comes by time alone (a due message, the end of a lease, of an ownership) is awaited by a timer here, as the server's
 * time-outs overshoot by up to 70 ms; it nudges the queue, which wakes one consumer.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { toSluiceError } from "../../core/SluiceError.js";
import type { Lease, LeaseRequest } from "../../store/Lease.js";
import type { BlockingPool } from "./BlockingPool.js";
import type { Call, Connection } from "./Connection.js";
import {
  cancelScript,
  type LeaseInput,
  type LeaseReply,
  leaseScript,
  nudgeScript,
  type Request,
} from "./leaseScripts.js";
import type { Slot, Slots } from "./Slots.js";

/** The longest blocking read (milliseconds): bounds for how long a lost wake-up delays a message. */
export const BLOCK_MS_MAX = 2_000;
/** The most messages that a lease takes which is sent ahead. */
const AHEAD_COUNT_MAX = 16;
/** How long a request may still be taken back when the server is out of reach (milliseconds). */
const CANCEL_MS_MAX = 60_000;
const NUDGE_MS_MIN = 1;

export interface AskingContext {
  readonly connection: Connection;
  readonly pool: BlockingPool;
  readonly slots: Slots;
  readonly scheduler: SchedulerLike;
  readonly given: () => string;
  readonly deadLettersMax: number;
}

export interface AskingEnd {
  readonly got: (leases: ReadonlyArray<Lease>) => void;
  readonly failed: (cause: unknown) => void;
}

export class Asking {
  private readonly queue: string;
  private readonly slot: Slot;
  private readonly owner: string;
  private readonly untilMs: number;
  private request: Request;
  private call: Call | undefined;
  private ended = false;
  private timer: Subscription | undefined;
  private nudging: Subscription | undefined;

  constructor(
    private readonly context: AskingContext,
    private readonly wanted: LeaseRequest & { readonly key: string },
    private readonly end: AskingEnd,
  ) {
    this.queue = wanted.key;
    this.owner = wanted.exclusive ? `=${wanted.consumer}` : "";
    this.slot = context.slots.lend();
    this.request = this.slot.next(this.queue);
    this.untilMs = context.scheduler.now() + wanted.waitMsMax;
  }

  start(): void {
    const { connection } = this.context;
    this.call = connection.run(leaseScript, this.input(this.wanted.max), {
      done: (reply) => {
        this.call = undefined;
        if (reply.leases.length > 0 || !(this.wanted.waitMsMax > 0)) this.finish(reply.leases);
        else {
          this.armEnd();
          this.wait(reply);
        }
      },
      failed: (cause) => this.fail(cause),
    });
  }

  /** Ends with nothing; what the server gave meanwhile goes back. */
  stop(): void {
    if (this.ended) return;
    this.takeBack();
    this.end.got([]);
  }

  /** Ends without an answer; what the server gave meanwhile goes back. */
  takeBack(): void {
    if (this.ended) return;
    this.ended = true;
    this.disarm();
    const { call, request, slot } = this;
    const { connection, slots, given } = this.context;
    call?.abandon();
    if (call?.sent !== true) {
      slots.giveBack(slot);
      return;
    }
    const done = (): void => slots.giveBack(slot);
    connection.run(cancelScript, { queue: this.queue, given: given(), request }, { done, failed: done }, CANCEL_MS_MAX);
  }

  private input(max: number): LeaseInput {
    const { bytesMax, leaseMs, attemptsMax } = this.wanted;
    const { given, deadLettersMax } = this.context;
    const { queue, request, owner } = this;
    return { queue, given: given(), request, max, bytesMax, leaseMs, attemptsMax, deadLettersMax, owner };
  }

  private finish(leases: ReadonlyArray<Lease>): void {
    if (this.ended) return;
    this.ended = true;
    this.disarm();
    this.context.slots.giveBack(this.slot);
    this.end.got(leases);
  }

  private fail(cause: unknown): void {
    if (this.ended) return;
    this.takeBack();
    this.end.failed(toSluiceError(cause));
  }

  private armEnd(): void {
    const { scheduler } = this.context;
    const leftMs = this.untilMs - scheduler.now();
    if (leftMs < Number.POSITIVE_INFINITY)
      this.timer = scheduler.schedule(() => this.stop(), Math.max(0, Math.ceil(leftMs)));
  }

  private disarm(): void {
    this.timer?.unsubscribe();
    this.nudging?.unsubscribe();
  }

  private wait(known: LeaseReply): void {
    if (this.ended) return;
    const { pool, scheduler } = this.context;
    const leftMs = Math.max(1, Math.ceil(this.untilMs - scheduler.now()));
    this.request = this.slot.next(this.queue);
    this.armNudge(this.nudgeMs(known.changeMs));
    const list = known.standsBy ? `${this.queue}:o` : `${this.queue}:w`;
    this.call = pool.blockingRun(
      { list, blockMs: Math.min(BLOCK_MS_MAX, leftMs) },
      leaseScript,
      this.input(Math.min(this.wanted.max, AHEAD_COUNT_MAX)),
      {
        done: (reply) => {
          this.call = undefined;
          this.nudging?.unsubscribe();
          if (reply.leases.length > 0) this.finish(reply.leases);
          else this.wait(reply);
        },
        failed: (cause) => this.fail(cause),
      },
    );
  }

  /** When to look whether time alone has changed something; an owner that waits keeps its ownership by looking. */
  private nudgeMs(changeMs: number | undefined): number | undefined {
    if (this.owner === "") return changeMs;
    return Math.min(changeMs ?? Number.POSITIVE_INFINITY, this.wanted.leaseMs / 3);
  }

  private armNudge(delayMs: number | undefined): void {
    this.nudging?.unsubscribe();
    // What is farther than the blocking read is asked for by the lease behind it.
    if (delayMs === undefined || delayMs > BLOCK_MS_MAX) return;
    const { connection, scheduler, given } = this.context;
    const { queue, owner } = this;
    const { leaseMs } = this.wanted;
    this.nudging = scheduler.schedule(
      () => {
        connection.run(
          nudgeScript,
          { queue, given: given(), owner, leaseMs },
          {
            done: (nextMs) => {
              if (!this.ended) this.armNudge(this.nudgeMs(nextMs));
            },
            // The blocking read ends by itself in a moment.
            failed: () => undefined,
          },
        );
      },
      Math.max(NUDGE_MS_MIN, Math.ceil(delayMs)),
    );
  }
}
