/**
 * One subscription of `messages`: a consumer, and the phases of its life. Its parts do the rest: it leases as much as its
 * `Credit` allows (`Puller`), emits (`Receiving`), keeps what is in hand alive (`LeaseKeeper`), settles (`Settler`), catches up
 * where the process was busy (`CatchingUp`), and gives back the rest (`givingBack`).
 *
 * ```text
 *   subscribe ─▶ pulling ──stop$──▶ draining ───────all settled───────▶ left ──▶ complete
 *                   │                   │ stopMsMax                       ▲
 *                   └── unsubscribe ────┴─▶ lingering ──last one ended────┘
 * ```
 *
 * Unsubscribing gives back at once whatever no operator has in hand. Unsubscribing a whole pipeline makes its operators let
 * go, so that is everything; where only the source is left (`take(1)` before `handle`), works in hand may still settle.
 */
import { defer, type Subscriber, type Subscription } from "rxjs";
import { soon } from "../../core/Clock.js";
import { describeCause } from "../../core/cause.js";
import type { Message } from "../../core/Message.js";
import type { Outcome } from "../../core/Outcome.js";
import { unlessPromise } from "../../core/promiseWatch.js";
import { invalidConfig, type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import type { Store } from "../../port/Store.js";
import type { EventSink } from "../EventSink.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import { CatchingUp } from "./CatchingUp.js";
import { Credit } from "./Credit.js";
import { giveBack, isFree, isUnbegun, unbegunFirst } from "./givingBack.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import { LeaseKeeper } from "./LeaseKeeper.js";
import type { ResolvedMessagesOptions } from "./messagesOptions.js";
import type { Owner } from "./Owner.js";
import type { Pausable, PauseWatch } from "./PauseWatch.js";
import { Prefetch } from "./Prefetch.js";
import { Puller, type Starts } from "./Puller.js";
import { Receiving } from "./Receiving.js";
import { Settler } from "./Settler.js";

/** How long after a stop its end waits for a store that does not answer (milliseconds). */
const END_MS_MAX = 900;

export interface SourceContext<A> {
  readonly store: Store;
  readonly definition: ResolvedDefinition<A>;
  readonly options: ResolvedMessagesOptions;
  readonly events: EventSink;
  readonly pauses: PauseWatch;
  readonly starts: Starts;
}

export class MessageSource<A> implements Owner, Pausable {
  readonly store: Store;
  readonly queue: string;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  readonly prefetch: number;
  readonly demands: Prefetch;
  readonly settler: Settler;
  private readonly keeper: LeaseKeeper;
  private readonly puller: Puller;
  private readonly receiving: Receiving<A>;
  private readonly catchingUp: CatchingUp;
  private phase: "pulling" | "draining" | "lingering" | "left" = "pulling";
  private stopTimer: Subscription | undefined;
  private endTimer: Subscription | undefined;
  private stopping: Subscription | undefined;

  constructor(
    private readonly context: SourceContext<A>,
    private readonly subscriber: Subscriber<Message<A>>,
  ) {
    const { store, definition, options, events, pauses, starts } = context;
    const { codec } = definition;
    this.store = store;
    this.queue = definition.name;
    this.leaseMs = options.leaseMs;
    this.attemptsMax = definition.attemptsMax;
    this.demands = new Prefetch(options.prefetch);
    this.prefetch = this.demands.bound;
    this.settler = new Settler({
      target: store,
      scheduler: store.scheduler,
      sizeMax: options.settleSizeMax,
      waitMsMax: options.settleWaitMsMax,
      persistent: true,
      onFailure: (error) => this.settleFailed(error),
      onFlush: () => this.puller.settled(),
      onAnswered: () => this.puller.settled(),
    });
    this.keeper = new LeaseKeeper({
      store,
      queue: this.queue,
      leaseMs: options.leaseMs,
      events,
      onLate: () => this.catchingUp.settleFirst(),
      onCredit: () => {
        this.leaveIfEmpty();
        this.puller.pull();
      },
    });
    const { settler, keeper, demands: prefetch } = this;
    this.puller = new Puller({
      store,
      definition,
      options,
      starts,
      credit: new Credit({ scheduler: store.scheduler, prefetch, keeper, settler }),
      keeper,
      settler,
      isWanted: () => this.phase === "pulling",
      onLeases: (leases, receivedMs, full) => this.receiving.receive(leases, receivedMs, full),
      onFailure: (error) => this.readFailed(error),
    });
    const { puller } = this;
    this.receiving = new Receiving({ owner: this, codec, events, pauses, prefetch, keeper, puller, subscriber });
    this.catchingUp = new CatchingUp({ store, keeper, settler, puller });
  }

  start(): void {
    this.catchingUp.join();
    this.context.pauses.add(this);
    const { stop$ } = this.context.options;
    if (stop$ !== undefined) {
      const stopping = defer(() => unlessPromise(stop$, "stop$ is a promise")).subscribe({
        next: () => this.stop(),
        error: (cause: unknown) => this.subscriber.error(stopFailed(cause)),
      });
      // It may have come, and everything have ended, within its subscription.
      if (this.phase === "pulling") this.stopping = stopping;
      else stopping.unsubscribe();
    }
    this.puller.start();
  }

  /** The subscription is over, whoever ended it: what is unsettled goes back to the front, in order, uncounted. */
  end(): void {
    this.endTimer?.unsubscribe();
    if (this.phase === "left") return;
    this.phase = "lingering";
    this.puller.stop();
    this.stopping?.unsubscribe();
    this.settler.giveUp();
    this.settler.hurry();
    this.sweep();
  }

  ended(delivery: LeasedDelivery, performed: Outcome | undefined): void {
    this.keeper.remove(delivery);
    this.context.events.ended(delivery, performed);
    this.leaveIfEmpty();
    if (!this.settler.answering) this.puller.pull();
  }

  reopened(): void {
    this.keeper.look();
    this.letGo();
  }

  givenBack(delivery: LeasedDelivery): void {
    this.keeper.remove(delivery);
    this.leaveIfEmpty();
  }

  leaseChanged(): void {
    this.keeper.look();
  }

  letGo(): void {
    if (this.phase === "lingering") soon(this.store.scheduler, () => this.sweep());
  }

  get holdsUnbegun(): boolean {
    return this.keeper.all().some(isUnbegun);
  }

  paused(): void {
    if (this.phase !== "pulling" && this.phase !== "draining") return;
    const unbegun = this.keeper.all().filter(isUnbegun);
    // A read that is under way may bring what was leased before the pause; what it would have brought goes back.
    this.puller.stop();
    // What the operators release and what is released here leaves in one write.
    this.settler.together(() => {
      for (const { custody } of unbegun) custody.interrupt("paused");
      giveBack(this.settler, unbegun.filter(isFree), "paused");
    });
    this.settler.flush();
    this.leaveIfEmpty();
    this.puller.pull();
  }

  private stop(): void {
    if (this.phase !== "pulling") return;
    this.phase = "draining";
    this.puller.stop();
    this.settler.hurry();
    this.settler.flush();
    if (this.keeper.size === 0) this.leaveIfEmpty();
    else if (this.context.options.stopMsMax === 0) this.drainNow();
    else this.stopTimer = this.store.scheduler.schedule(() => this.drainNow(), this.context.options.stopMsMax);
  }

  /** The time to settle is over: works are interrupted (their operators release), the rest is released here. */
  private drainNow(): void {
    this.phase = "lingering";
    this.settler.giveUp();
    // What the operators release and what is released here leaves in one write, so that the store keeps their order.
    this.settler.together(() => {
      for (const { custody } of unbegunFirst(this.keeper.all())) custody.interrupt("stopped");
      this.sweep();
    });
    this.completeSoon();
  }

  /** Gives back what nobody holds and nobody settles. */
  private sweep(): void {
    giveBack(this.settler, this.keeper.all().filter(isFree), "unsubscribed");
    this.settler.flush();
    this.leaveIfEmpty();
  }

  private leaveIfEmpty(): void {
    if (this.phase === "pulling" || this.phase === "left" || this.keeper.size > 0) return;
    this.phase = "left";
    this.catchingUp.leave();
    this.context.pauses.remove(this);
    this.stopTimer?.unsubscribe();
    this.stopping?.unsubscribe();
    this.keeper.stop();
    // It may yet have to settle messages of others that were joined with its own.
    this.settler.giveUp();
    this.settler.flush();
    // Where the subscription is over already, this says nothing to anybody.
    const then = (): void => this.subscriber.complete();
    this.store.leave({ queue: this.queue, consumer: this.context.options.consumer }).subscribe({
      error: (error: unknown) => {
        this.context.events.failed("settle", toSluiceError(error));
        then();
      },
      complete: then,
    });
    this.completeSoon();
  }

  /** Completes also while the store is away: what it was told last goes on without this source. */
  private completeSoon(): void {
    if (this.subscriber.closed || this.endTimer !== undefined) return;
    this.endTimer = this.store.scheduler.schedule(() => {
      this.settler.abandon();
      this.subscriber.complete();
    }, END_MS_MAX);
  }

  private readFailed(error: SluiceError): void {
    if (error._tag === "StoreClosed") {
      this.subscriber.complete();
      return;
    }
    this.context.events.failed("lease", error);
    if (!error.retryable) this.subscriber.error(error);
  }

  private settleFailed(error: SluiceError): void {
    this.context.events.failed("settle", error);
    if (error._tag === "StoreClosed") soon(this.store.scheduler, () => this.subscriber.complete());
  }
}

const stopFailed = (cause: unknown): SluiceError =>
  invalidConfig(
    "stop$",
    `stop$ must not fail: a value of it stops the consumer. It failed with: ${describeCause(cause)}`,
  );
