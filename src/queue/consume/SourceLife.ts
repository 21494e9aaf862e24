/**
 * The life of one subscription of `messages`, from its first read to its goodbye to the store.
 *
 * ```text
 *   start ─▶ pulling ──stop$──▶ draining ───────all settled───────▶ left ──▶ complete
 *               │                   │ stopMsMax                       ▲
 *               └── unsubscribe ────┴─▶ lingering ──last one ended────┘
 * ```
 *
 * Unsubscribing gives back at once all messages that no operator has in hand. If the whole pipeline is unsubscribed, its operators
 * let go, so these are all messages. If only the source is unsubscribed (`take(1)` before `handle`), works in hand may settle.
 */
import { defer, type Subscriber, type Subscription } from "rxjs";
import { soon } from "../../core/Clock.js";
import { describeCause } from "../../core/cause.js";
import { unlessPromise } from "../../core/promiseWatch.js";
import { invalidConfig, type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import type { QueueStore } from "../../port/Store.js";
import type { QueueTelling } from "../EventSink.js";
import type { CatchingUp } from "./CatchingUp.js";
import { giveBack, isFree, isUnbegun, unbegunFirst } from "./givingBack.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";
import type { ResolvedMessagesOptions } from "./messagesOptions.js";
import type { Pausable, PauseWatch } from "./PauseWatch.js";
import type { Puller } from "./Puller.js";
import type { Restraint } from "./Restraint.js";
import type { Settler } from "./Settler.js";
import type { Solitude } from "./Solitude.js";

/** After a stop, how long its end waits for a store that does not answer (milliseconds). */
const END_MS_MAX = 900;

export interface SourceLifeParts {
  readonly store: QueueStore;
  readonly queue: string;
  readonly options: Pick<ResolvedMessagesOptions, "consumer" | "stop$" | "stopMsMax">;
  readonly events: QueueTelling;
  readonly pauses: PauseWatch;
  readonly settler: Settler;
  readonly keeper: LeaseKeeper;
  readonly puller: Puller;
  readonly restraint: Restraint;
  readonly catchingUp: CatchingUp;
  readonly solitude: Solitude;
  readonly subscriber: Subscriber<unknown>;
}

export class SourceLife implements Pausable {
  private phase: "pulling" | "draining" | "lingering" | "left" = "pulling";
  /** Waits for `stop$`. */
  private stopping: Subscription | undefined;
  /** Ends the time that works have to settle after a stop. */
  private stopTimer: Subscription | undefined;
  /** Ends the time that the store has to answer after that. */
  private endTimer: Subscription | undefined;

  constructor(private readonly parts: SourceLifeParts) {}

  /** Whether the source still wants more messages. */
  get pulls(): boolean {
    return this.phase === "pulling";
  }

  start(): void {
    const { catchingUp, solitude, pauses, options, subscriber, puller, restraint } = this.parts;
    restraint.start();
    catchingUp.join();
    solitude.join();
    pauses.add(this);
    const { stop$ } = options;
    if (stop$ !== undefined) {
      const stopping = defer(() => unlessPromise(stop$, "stop$ is a promise")).subscribe({
        next: () => this.stop(),
        error: (cause: unknown) => subscriber.error(stopFailed(cause)),
      });
      // `stop$` may have emitted within the call of `subscribe`, and everything may have ended there.
      if (this.phase === "pulling") this.stopping = stopping;
      else stopping.unsubscribe();
    }
    puller.start();
  }

  /** The subscription has ended, by whomever: unsettled messages go back to the front, in order, uncounted. */
  end(): void {
    const { puller, settler, restraint } = this.parts;
    this.endTimer?.unsubscribe();
    restraint.stop();
    if (this.phase === "left") return;
    this.phase = "lingering";
    puller.stop();
    this.stopping?.unsubscribe();
    settler.rounds.giveUp();
    settler.hurry();
    this.sweep();
  }

  /** An operator let go of a message, or it could not be settled. If the subscription has ended, that message goes back too. */
  letGo(): void {
    if (this.phase === "lingering") soon(this.parts.store.scheduler, () => this.sweep());
  }

  /** Whether the source has messages that a pause would give back. */
  get holdsUnbegun(): boolean {
    return this.parts.keeper.all().some(isUnbegun);
  }

  /** The queue is paused, or its valve is shut: messages that have not begun go back. */
  paused(): void {
    const { keeper, puller, settler } = this.parts;
    if (this.phase !== "pulling" && this.phase !== "draining") return;
    const unbegun = keeper.all().filter(isUnbegun);
    // A read under way may bring messages that were leased before the pause. Once it is taken back, they go back as well.
    puller.stop();
    // Messages that operators release, and those released here, leave in one write.
    settler.together(() => {
      for (const { custody } of unbegun) custody.interrupt("paused");
      giveBack(settler, unbegun.filter(isFree), "paused");
    });
    settler.flush();
    this.leaveIfEmpty();
    puller.pull();
  }

  private stop(): void {
    const { puller, settler, keeper, options, store } = this.parts;
    if (this.phase !== "pulling") return;
    this.phase = "draining";
    puller.stop();
    settler.hurry();
    settler.flush();
    if (keeper.size === 0) this.leaveIfEmpty();
    else if (options.stopMsMax === 0) this.drainNow();
    else this.stopTimer = store.scheduler.schedule(() => this.drainNow(), options.stopMsMax);
  }

  /** The time to settle is over: works are interrupted, so that their operators release; all other messages are released here. */
  private drainNow(): void {
    const { settler, keeper } = this.parts;
    this.phase = "lingering";
    settler.rounds.giveUp();
    // Messages that operators release, and those released here, leave in one write, so that the store keeps their order.
    settler.together(() => {
      for (const { custody } of unbegunFirst(keeper.all())) custody.interrupt("stopped");
      this.sweep();
    });
    this.completeSoon();
  }

  /** Gives back the messages that nobody holds and nobody settles. */
  private sweep(): void {
    const { settler, keeper } = this.parts;
    giveBack(settler, keeper.all().filter(isFree), "unsubscribed");
    settler.flush();
    this.leaveIfEmpty();
  }

  /** Says goodbye to the store, once no message is unsettled any more. */
  leaveIfEmpty(): void {
    if (this.phase === "pulling" || this.phase === "left" || this.parts.keeper.size > 0) return;
    const { keeper, restraint, catchingUp, solitude, pauses, settler, subscriber, store, queue, options, events } =
      this.parts;
    this.phase = "left";
    restraint.stop();
    catchingUp.leave();
    solitude.leave();
    pauses.remove(this);
    this.stopTimer?.unsubscribe();
    this.stopping?.unsubscribe();
    keeper.stop();
    // The settler may still have settlements of other sources, whose messages were joined with those of this one.
    settler.rounds.giveUp();
    settler.flush();
    // Without effect where the subscription has ended.
    const then = (): void => subscriber.complete();
    store.leave({ queue, consumer: options.consumer }).run(then, (error) => {
      events.failed("settle", toSluiceError(error));
      then();
    });
    this.completeSoon();
  }

  /** Completes also while the store does not answer. The last writes go on without this source. */
  private completeSoon(): void {
    const { subscriber, store, settler } = this.parts;
    if (subscriber.closed || this.endTimer !== undefined) return;
    this.endTimer = store.scheduler.schedule(() => {
      settler.rounds.abandon();
      subscriber.complete();
    }, END_MS_MAX);
  }
}

const stopFailed = (cause: unknown): SluiceError =>
  invalidConfig(
    "stop$",
    `stop$ must not fail: a value of it stops the consumer. It failed with: ${describeCause(cause)}`,
  );
