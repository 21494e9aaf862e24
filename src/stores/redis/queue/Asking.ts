/**
 * One `lease` of the port, from its first question to its end.
 *
 * ```text
 *            nothing, may wait
 *   asking ───────────────────▶ waiting ──handed over for another time──▶ extending
 *     │  ▲                        │ │                                        │
 *     │  └───── its turn ◀─woken──┘ │ handed over; time over, store closed:  │
 *     │                             │ with an empty list                     │
 *     │ something, or may not wait  ▼                                        │
 *     └──────────────────────────▶ ended ◀───────────────────────────────────┘
 *                                        unsubscribed, or no answer: what it got is given back
 * ```
 *
 * It asks over the connection of all calls, right behind what was written before, and waits in the lobby with all other
 * consumers of this process. A single message that is enqueued meanwhile is leased by the call that adds it, and handed over on
 * the list of wake-ups (`lua/include/handed.lua` says how). For everything else there comes a plain wake-up, upon which it asks
 * again.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { toSluiceError } from "../../../core/SluiceError.js";
import type { Lease, LeaseRequest } from "../../../port/Lease.js";
import type { Call, Connection } from "../connection/Connection.js";
import { GIVE_BACK_MS_MAX, type Lobby } from "./Lobby.js";
import {
  cancelScript,
  extendScript,
  type HandedOver,
  type LeaseReply,
  leaseScript,
  type Request,
} from "./leaseScripts.js";
import type { Waiter } from "./Place.js";
import type { Slot, Slots } from "./Slots.js";

/** The lease of a message that was handed over is extended where more than this part of it is over when the message arrives. */
const STALE_PART = 0.1;

export interface AskingContext {
  readonly connection: Pick<Connection, "run" | "push">;
  /** For calls that must not wait behind payloads. */
  readonly urgent: Pick<Connection, "run">;
  readonly lobby: Pick<Lobby, "wait" | "leave" | "giveBack" | "serverMs">;
  readonly slots: Slots;
  readonly scheduler: SchedulerLike;
  readonly given: () => string;
  readonly deadLettersMax: number;
}

export interface AskingEnd {
  readonly got: (leases: ReadonlyArray<Lease>) => void;
  readonly failed: (cause: unknown) => void;
}

export class Asking implements Waiter {
  readonly queue: string;
  readonly owner: string;
  readonly leaseMs: number;
  inVain = false;
  private readonly slot: Slot;
  private readonly untilMs: number;
  private request: Request;
  private phase: "asking" | "waiting" | "its turn" | "extending" | "ended" = "asking";
  private call: Call | undefined;
  /** The token of a message that was handed over and is not passed on yet. */
  private handedToken = "";
  private timer: Subscription | undefined;
  private turn: Subscription | undefined;

  constructor(
    private readonly context: AskingContext,
    private readonly wanted: LeaseRequest & { readonly key: string },
    private readonly end: AskingEnd,
  ) {
    this.queue = wanted.key;
    this.owner = wanted.exclusive ? `=${wanted.consumer}` : "";
    this.leaseMs = wanted.leaseMs;
    this.slot = context.slots.lend();
    this.request = this.slot.next(this.queue);
    this.untilMs = context.scheduler.now() + wanted.waitMsMax;
  }

  start(): void {
    this.ask();
  }

  /** Ends with an empty list. What the server gave meanwhile goes back. */
  stop(): void {
    if (this.phase === "ended") return;
    this.takeBack();
    this.end.got([]);
  }

  /** Ends without an answer. What the server gave meanwhile goes back. */
  takeBack(): void {
    const { phase, call, slot, queue } = this;
    const { lobby, slots } = this.context;
    if (phase === "ended") return;
    this.over();
    const sent = call?.sent === true;
    call?.abandon();
    if (phase === "asking" && sent) {
      this.cancel(() => slots.giveBack(slot));
      return;
    }
    slots.giveBack(slot);
    if (phase === "waiting") lobby.leave(this);
    // The wake-up that it got, or the message that was handed to it, passes to another consumer.
    if (phase === "its turn") lobby.giveBack(queue);
    if (phase === "extending") lobby.giveBack(queue, this.handedToken);
  }

  /** Called for a wake-up: asks again. `late`: leases may have ended since the queue was looked at. */
  woken(late: boolean): void {
    this.phase = "its turn";
    this.inVain = true;
    // A lease past its end is reaped when somebody asks for more. Where some may be past it, perhaps because this process was
    // busy, the timers of this process go first: they renew the leases that are still wanted.
    if (late) this.turn = this.context.scheduler.schedule(() => this.askAgain(), 1);
    else this.askAgain();
  }

  /** Called with a message that the call which added it leased for this consumer. */
  handed(handed: HandedOver): void {
    if (this.isFresh(handed)) this.finish([handed.lease]);
    else this.extend(handed.lease);
  }

  failed(cause: unknown): void {
    this.fail(cause);
  }

  private ask(): void {
    const { connection, given, deadLettersMax } = this.context;
    const { bytesMax, leaseMs, attemptsMax, deliveriesMax, hands, max, waitMsMax } = this.wanted;
    const { queue, request, owner } = this;
    const waits = waitMsMax > 0;
    this.phase = "asking";
    this.call = connection.run(
      leaseScript,
      {
        queue,
        given: given(),
        askedMs: this.context.scheduler.now(),
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
          if (reply.goesOn && this.phase !== "ended") this.askAgain();
          else if (reply.leases.length > 0 || reply.standsBack || !waits) this.finish(reply.leases);
          else this.wait(reply);
        },
        failed: (cause) => this.fail(cause),
      },
    );
    if (this.wanted.atOnce === true) connection.push();
  }

  private askAgain(): void {
    this.request = this.slot.next(this.queue);
    this.ask();
  }

  private wait(known: LeaseReply): void {
    if (this.phase === "ended") return;
    const { lobby, scheduler } = this.context;
    this.phase = "waiting";
    this.call = undefined;
    if (this.timer === undefined && this.untilMs < Number.POSITIVE_INFINITY)
      this.timer = scheduler.schedule(() => this.stop(), Math.max(0, Math.ceil(this.untilMs - scheduler.now())));
    lobby.wait(this, known);
  }

  private cancel(done: () => void): void {
    const { connection, given } = this.context;
    const { queue, request } = this;
    connection.run(cancelScript, { queue, given: given(), request }, { done, failed: done, extraMs: GIVE_BACK_MS_MAX });
  }

  private finish(leases: ReadonlyArray<Lease>): void {
    if (this.phase === "ended") return;
    this.over();
    this.context.slots.giveBack(this.slot);
    this.end.got(leases);
  }

  private fail(cause: unknown): void {
    if (this.phase === "ended") return;
    this.takeBack();
    this.end.failed(toSluiceError(cause));
  }

  private over(): void {
    this.phase = "ended";
    this.timer?.unsubscribe();
    this.turn?.unsubscribe();
  }

  /** Whether it may stay as it is leased: for as long as this consumer wants, and not long under way. */
  private isFresh({ lease, leaseMs }: HandedOver): boolean {
    return leaseMs === this.leaseMs && this.context.lobby.serverMs - lease.leasedAtMs <= leaseMs * STALE_PART;
  }

  private extend(lease: Lease): void {
    const { urgent, given, lobby, scheduler } = this.context;
    const { queue, leaseMs } = this;
    // The new lease begins no earlier than it is asked for.
    const leasedAtMs = Math.max(lease.leasedAtMs, Math.floor(lobby.serverMs));
    const askedMs = scheduler.now();
    this.phase = "extending";
    this.handedToken = lease.token;
    this.call = urgent.run(
      extendScript,
      { queue, given: given(), tokens: [lease.token], leaseMs, unbegun: 0 },
      {
        done: ([live]) => {
          if (this.phase === "ended") return;
          if (live === true) this.finish([{ ...lease, leasedAtMs, askedMs }]);
          else this.askAgain();
        },
        failed: (cause) => this.fail(cause),
      },
    );
  }
}
