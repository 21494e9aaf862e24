/**
 * One `lease` of the port, from its first question to its end.
 *
 * ```text
 *            nothing, may wait
 *   asking ───────────────────▶ waiting
 *     │   ◀────────────────────  │  ▲ │
 *     │     woken, or 2 s over   │  └─┘ handed over for another time: extended
 *     │                          │
 *     │ something,               │ handed over; time over, store closed: with an empty list
 *     │ or may not wait          ▼
 *     └──────────────────────▶ ended        unsubscribed, or no answer: the request is taken back
 * ```
 *
 * Asking goes over the connection of all calls, right behind what was written before. Waiting takes a connection of its own
 * (a blocking read stalls its connection) and reads the list of wake-ups. A single message that is enqueued meanwhile is
 * leased by the call that adds it and handed over on that list (`lua/include/handed.lua` says how); for everything else there
 * is a plain wake-up, upon which the consumer asks again. Whoever takes a request back ends its read by a list of its own, and
 * gives back what that brought. A message handed over whose reply is lost with its connection comes back when its lease ends, as
 * after a crash.
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
  extendScript,
  type HandedOver,
  type LeaseReply,
  leaseScript,
  nudgeScript,
  type Request,
  readHandedOver,
} from "./leaseScripts.js";
import type { Slot, Slots } from "./Slots.js";

/** The longest blocking read (milliseconds): bounds for how long a lost wake-up delays a message. */
export const BLOCK_MS_MAX = 2_000;
/** How long a request may still be taken back when the server is out of reach (milliseconds). */
const CANCEL_MS_MAX = 60_000;
const NUDGE_MS_MIN = 1;
/** A message that was handed over is leased anew where more than this part of its lease is over when it arrives. */
const STALE_PART = 0.1;

export interface AskingContext {
  readonly connection: Connection;
  /** Of what never waits behind payloads. */
  readonly urgent: Connection;
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
  /** Whether its latest request may stand in a blocking read. */
  private waits = false;
  /** The token of a message that was handed over and is not passed on yet; else empty. */
  private handed = "";
  /** When something may change by time: as the latest answer knew, and the end of a lease that was given since. */
  private changeAtMs = Number.POSITIVE_INFINITY;
  /** How far the server's time is ahead of ours. */
  private aheadMs = 0;
  private timer: Subscription | undefined;
  private nudging: Subscription | undefined;
  private turn: Subscription | undefined;

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
    this.ask();
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
    const { call, slot } = this;
    const { slots } = this.context;
    call?.abandon();
    const done = (): void => slots.giveBack(slot);
    // One that waits is expected by the server, whether its read was sent yet or not.
    if (call?.sent === true || this.waits) this.cancel(this.handed, done);
    else done();
  }

  private cancel(handed: string, done: () => void): void {
    const { connection, given } = this.context;
    const { queue, request, waits } = this;
    connection.run(
      cancelScript,
      { queue, given: given(), request, waits, handed },
      { done, failed: done },
      CANCEL_MS_MAX,
    );
  }

  private ask(): void {
    const { connection, given, deadLettersMax } = this.context;
    const { bytesMax, leaseMs, attemptsMax, deliveriesMax, hands, max, waitMsMax } = this.wanted;
    const { queue, request, owner } = this;
    const waits = waitMsMax > 0;
    this.call = connection.run(
      leaseScript,
      {
        queue,
        given: given(),
        request,
        max,
        bytesMax,
        leaseMs,
        attemptsMax,
        deadLettersMax,
        deliveriesMax,
        owner,
        waits,
        hands,
      },
      {
        done: (reply) => {
          if (reply.leases.length > 0 || reply.standsBack || !waits) this.finish(reply.leases);
          else this.wait(reply);
        },
        failed: (cause) => this.fail(cause),
      },
    );
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
    this.turn?.unsubscribe();
  }

  /**
   * Leases end when somebody asks for more. Where some may have ended by now, perhaps since this process was busy, its timers
   * go first, as they renew those that are still wanted.
   */
  private askInTurn(): void {
    const { scheduler } = this.context;
    if (scheduler.now() < this.changeAtMs) this.askAgain();
    else this.turn = scheduler.schedule(() => this.askAgain(), 1);
  }

  private askAgain(): void {
    this.request = this.slot.next(this.queue);
    this.waits = false;
    this.ask();
  }

  private wait(known: LeaseReply): void {
    if (this.ended) return;
    const { pool, scheduler } = this.context;
    const nowMs = scheduler.now();
    const leftMs = Math.max(1, Math.ceil(this.untilMs - nowMs));
    this.waits = true;
    this.aheadMs = known.nowMs - nowMs;
    this.changeAtMs = nowMs + Math.min(known.changeMs ?? Number.POSITIVE_INFINITY, this.wanted.leaseMs);
    if (this.timer === undefined) this.armEnd();
    this.armNudge(this.nudgeMs(known.changeMs));
    const wakes = known.standsBy ? `${this.queue}:o` : `${this.queue}:w`;
    this.call = pool.read(
      { lists: [this.request.end, wakes], blockMs: Math.min(BLOCK_MS_MAX, leftMs) },
      {
        done: (woken) => this.woken(woken?.list === wakes ? woken.text : undefined),
        failed: (cause) => this.fail(cause),
      },
    );
  }

  private woken(text: string | undefined): void {
    const handed = text === undefined || text.length < 2 ? undefined : readHandedOver(text);
    if (this.ended) {
      // Taken back meanwhile: what came passes to another consumer.
      if (text !== undefined) this.cancel(handed?.lease.token ?? "", () => undefined);
      return;
    }
    this.nudging?.unsubscribe();
    if (handed === undefined) this.askInTurn();
    else if (this.isFresh(handed)) this.finish([handed.lease]);
    else this.extend(handed.lease);
  }

  /** Whether it is leased for as long as was wanted, as of now: not for another's time, and not on the way for long. */
  private isFresh({ lease, leaseMs }: HandedOver): boolean {
    return leaseMs === this.wanted.leaseMs && this.serverMs() - lease.leasedAtMs <= leaseMs * STALE_PART;
  }

  private serverMs(): number {
    return this.context.scheduler.now() + this.aheadMs;
  }

  private extend(lease: Lease): void {
    const { urgent, given } = this.context;
    const { queue } = this;
    const { leaseMs } = this.wanted;
    this.handed = lease.token;
    this.call = urgent.run(
      extendScript,
      { queue, given: given(), tokens: [lease.token], leaseMs },
      {
        done: ([live]) => {
          this.handed = "";
          if (live === true)
            this.finish([{ ...lease, leasedAtMs: Math.max(lease.leasedAtMs, Math.floor(this.serverMs())) }]);
          else this.askAgain();
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
    const { urgent, scheduler, given } = this.context;
    const { queue, owner, request } = this;
    const { leaseMs } = this.wanted;
    this.nudging = scheduler.schedule(
      () => {
        urgent.run(
          nudgeScript,
          { queue, given: given(), owner, leaseMs },
          {
            done: (nextMs) => {
              // A nudge may wake this very consumer before it is answered: it asks in its turn, or has asked already.
              const waits = this.request === request && this.turn?.closed !== false;
              if (!this.ended && waits) this.armNudge(this.nudgeMs(nextMs));
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
