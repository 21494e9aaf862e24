/**
 * One `lease` of the port, from its first question to its end.
 *
 * ```text
 *   ┌─ the process was busy: behind what others send now
 *   ▼  │    nothing, may wait
 *   asking ───────────────────▶ waiting ──time over, store closed──▶ ended, with an empty list
 *     │  ▲                        │
 *     │  └── hinted, due, polled ─┘
 *     │ something, or may not wait
 *     └──────────────────────────▶ ended
 * ```
 *
 * It asks in the lane of all calls, right behind what was written before, and most often in one call with that. Whoever unsubscribes gives back what comes all the same.
 */
import type { Subscription } from "rxjs";
import { toSluiceError } from "../../../core/SluiceError.js";
import type { Lease, LeaseRequest } from "../../../port/Lease.js";
import type { Lane } from "../connection/Lane.js";
import type { LeaseReply } from "./leaseCalls.js";
import { beatMsOf, Question, type QuestionContext } from "./Question.js";
import { POLL_MS, type Waiter, type Waiting } from "./Waiting.js";

/** Where something is ready that was not to be had, since somebody's transaction holds it, it asks again after so long. */
const HELD_MS = 50;

export interface AskingContext extends QuestionContext {
  readonly lane: Lane;
  readonly waiting: Waiting;
  /** Gives messages back that nobody had in hand. */
  readonly giveBack: (queue: string, leases: ReadonlyArray<Lease>) => void;
}

export interface AskingEnd {
  readonly got: (leases: ReadonlyArray<Lease>) => void;
  readonly failed: (cause: unknown) => void;
}

export class Asking implements Waiter {
  readonly queue: string;
  private readonly untilMs: number;
  private phase: "asking" | "waiting" | "ended" = "asking";
  /** Whether something may have become ready since it asked. */
  private inVain = false;
  /** While it asks, beats; while it waits, rings at the end of that, and when to ask again. */
  private timer: Subscription | undefined;

  constructor(
    private readonly context: AskingContext,
    private readonly wanted: LeaseRequest,
    private readonly end: AskingEnd,
  ) {
    this.queue = wanted.queue;
    this.untilMs = context.scheduler.now() + wanted.waitMsMax;
  }

  start(): void {
    this.phase = "asking";
    this.inVain = false;
    const question = new Question(this.context, this.wanted, {
      isWanted: () => this.phase !== "ended",
      late: () => this.letOthersGo(),
      answered: (reply) => this.answered(reply),
      failed: (cause) => this.fail(cause),
    });
    this.beat(question);
    this.context.lane.add(question);
  }

  private beat(question: Question): void {
    this.ring(() => {
      question.beat();
      this.beat(question);
    }, beatMsOf(this.wanted));
  }

  private ring(then: () => void, delayMs: number): void {
    this.timer?.unsubscribe();
    this.timer = this.context.scheduler.schedule(then, delayMs);
  }

  /** Ends with an empty list. What the server gives all the same goes back. */
  stop(): void {
    if (this.phase === "ended") return;
    this.takeBack();
    this.end.got([]);
  }

  /** Ends without an answer. What the server gives all the same goes back. */
  takeBack(): void {
    if (this.phase === "ended") return;
    this.phase = "ended";
    this.timer?.unsubscribe();
    this.context.waiting.remove(this);
  }

  woken(): void {
    if (this.phase === "waiting") {
      this.timer?.unsubscribe();
      this.start();
    } else this.inVain = true;
  }

  /** The timers of this process go first: they settle and renew what is still wanted. */
  private letOthersGo(): void {
    if (this.phase === "ended") return;
    this.ring(() => this.start(), 1);
  }

  private answered({ leases, untilMs, standsBack, goesOn, standsBy }: LeaseReply): void {
    const { waiting, giveBack } = this.context;
    // Something may have ended this while it was under way.
    if (this.phase === "ended") {
      if (leases.length > 0) giveBack(this.queue, leases);
      return;
    }
    if (goesOn) this.start();
    else if (leases.length > 0 || standsBack || this.wanted.waitMsMax <= 0) {
      this.phase = "ended";
      this.timer?.unsubscribe();
      waiting.remove(this);
      this.end.got(leases);
    } else this.wait(untilMs, standsBy);
  }

  private wait(untilMs: number, standsBy: boolean): void {
    const { waiting, scheduler } = this.context;
    this.phase = "waiting";
    waiting.add(this);
    if (this.inVain) {
      this.woken();
      return;
    }
    const nowMs = scheduler.now();
    // An owner that waits stays the owner by asking.
    const pollMs = this.wanted.exclusive && !standsBy ? Math.min(POLL_MS, this.wanted.leaseMs / 3) : POLL_MS;
    const restMs = this.untilMs - nowMs;
    const readyMs = untilMs > 0 ? untilMs : HELD_MS;
    const delayMs = Math.max(0, Math.ceil(Math.min(pollMs, readyMs, restMs)));
    this.ring(() => {
      if (this.phase !== "waiting") return;
      if (this.untilMs <= scheduler.now()) this.stop();
      else this.woken();
    }, delayMs);
  }

  private fail(cause: unknown): void {
    if (this.phase === "ended") return;
    this.takeBack();
    this.end.failed(toSluiceError(cause));
  }
}
