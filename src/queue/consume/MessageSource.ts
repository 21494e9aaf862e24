/**
 * One subscription of `messages`: a consumer that leases as much as its credit allows (`Puller`), emits, keeps what is in hand
 * alive (`LeaseKeeper`), settles (`Settler`), and gives back the rest.
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
import { isLeft } from "fp-ts/lib/Either.js";
import { defer, type Subscriber, type Subscription } from "rxjs";
import { soon } from "../../core/Clock.js";
import { describeCause } from "../../core/cause.js";
import type { Demands } from "../../core/Demand.js";
import { type Message, messageOf } from "../../core/Message.js";
import type { Outcome } from "../../core/Outcome.js";
import { unlessPromise } from "../../core/promiseWatch.js";
import { invalidConfig, type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import type { Lease } from "../../port/Lease.js";
import type { Store } from "../../port/Store.js";
import type { EventSink } from "../EventSink.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import { LeasedDelivery } from "./LeasedDelivery.js";
import { LeaseKeeper, unbegunFirst } from "./LeaseKeeper.js";
import type { ResolvedMessagesOptions } from "./messagesOptions.js";
import type { Owner } from "./Owner.js";
import type { Pausable, PauseWatch } from "./PauseWatch.js";
import { Prefetch } from "./Prefetch.js";
import { Puller, type Starts } from "./Puller.js";
import { decodeData, rejectPoison } from "./poison.js";
import { Settler } from "./Settler.js";
import { type Sibling, siblingsOf } from "./siblings.js";

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

export class MessageSource<A> implements Owner, Sibling, Pausable {
  readonly store: Store;
  readonly queue: string;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  readonly prefetch: number;
  readonly demands: Demands;
  readonly settler: Settler;
  private readonly unsettled: Prefetch;
  private readonly keeper: LeaseKeeper;
  private readonly puller: Puller;
  private phase: "pulling" | "draining" | "lingering" | "left" = "pulling";
  /** What was leased and waits for its emission. */
  private arrived: Array<LeasedDelivery> = [];
  private receiving = false;
  private stopTimer: Subscription | undefined;
  private endTimer: Subscription | undefined;
  private stopping: Subscription | undefined;

  constructor(
    private readonly context: SourceContext<A>,
    private readonly subscriber: Subscriber<Message<A>>,
  ) {
    const { store, definition, options, events } = context;
    this.store = store;
    this.queue = definition.name;
    this.leaseMs = options.leaseMs;
    this.attemptsMax = definition.attemptsMax;
    this.unsettled = new Prefetch(options.prefetch);
    this.prefetch = this.unsettled.bound;
    this.demands = this.unsettled;
    this.settler = new Settler({
      target: store,
      scheduler: store.scheduler,
      sizeMax: options.settleSizeMax,
      waitMsMax: options.settleWaitMsMax,
      persistent: true,
      onFailure: (error) => {
        events.failed("settle", error);
        if (error._tag === "StoreClosed") soon(store.scheduler, () => subscriber.complete());
      },
      onFlush: () => this.puller.settled(),
      onAnswered: () => this.puller.settled(),
    });
    this.keeper = new LeaseKeeper({
      store,
      queue: this.queue,
      leaseMs: options.leaseMs,
      events,
      onLate: () => this.puller.holdingBack(() => this.settler.flush()),
      onCredit: () => {
        this.leaveIfEmpty();
        this.puller.pull();
      },
    });
    this.puller = new Puller({
      store,
      definition,
      options,
      starts: context.starts,
      prefetch: this.unsettled,
      keeper: this.keeper,
      settler: this.settler,
      isWanted: () => this.phase === "pulling",
      onLeases: (leases, receivedMs, full) => this.receive(leases, receivedMs, full),
      onFailure: (error) => this.readFailed(error),
    });
  }

  start(): void {
    siblingsOf(this.store).add(this);
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

  get late(): boolean {
    return this.keeper.late;
  }

  catchUp(): void {
    this.puller.holdingBack(() => this.keeper.catchUp());
  }

  private readFailed(error: SluiceError): void {
    if (error._tag === "StoreClosed") {
      this.subscriber.complete();
      return;
    }
    this.context.events.failed("lease", error);
    if (!error.retryable) this.subscriber.error(error);
  }

  private receive(leases: ReadonlyArray<Lease>, receivedMs: number, full: boolean): void {
    const deliveries = leases.map((lease) => new LeasedDelivery(lease, this, receivedMs));
    for (const delivery of deliveries) {
      this.keeper.add(delivery);
      this.arrived.push(delivery);
    }
    // Before the emission, which takes as long as user code likes.
    this.keeper.watch(leases[0]?.askedMs ?? receivedMs);
    if (this.receiving || deliveries.length === 0) return;
    this.receiving = true;
    // Where there is credit left and more to be had, the server looks for it meanwhile. It may answer at once.
    if (full) this.puller.pull(true);
    this.emit();
    this.receiving = false;
  }

  private emit(): void {
    const deliveries = this.arrived;
    this.arrived = [];
    this.puller.busy = true;
    for (const delivery of deliveries) {
      if (this.subscriber.closed) break;
      // A stop within an emission may have given the rest back already, in order with what was emitted.
      if (delivery.settlement.state === "open") this.deliver(delivery);
    }
    this.puller.busy = false;
    this.unsettled.emitted();
    if (deliveries.some(isUnbegun)) this.context.pauses.watch();
  }

  private deliver(delivery: LeasedDelivery): void {
    const { definition, events } = this.context;
    const decoded = decodeData(definition.codec, delivery.lease);
    if (isLeft(decoded)) {
      rejectPoison(delivery, decoded.left, events);
      return;
    }
    events.of(delivery, (about) => ({ ...about, _tag: "Delivered" }));
    delivery.custody.given = true;
    this.subscriber.next(messageOf(delivery, decoded.right));
  }

  get holdsUnbegun(): boolean {
    return this.keeper.all().some(isUnbegun);
  }

  paused(): void {
    if (this.phase !== "pulling" && this.phase !== "draining") return;
    const unbegun = this.keeper.all().filter(isUnbegun);
    // A read that is under way may bring what was leased before the pause; what it would have brought goes back.
    this.puller.stop();
    this.settler.together(() => {
      for (const delivery of unbegun) delivery.custody.interrupt("paused");
      this.giveBack(unbegun.filter(isFree), "paused");
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
      for (const delivery of unbegunFirst(this.keeper.all())) delivery.custody.interrupt("stopped");
      this.sweep();
    });
    this.completeSoon();
  }

  /** Gives back what nobody holds and nobody settles. */
  private sweep(): void {
    this.giveBack(this.keeper.all().filter(isFree), "unsubscribed");
    this.settler.flush();
    this.leaveIfEmpty();
  }

  private giveBack(deliveries: ReadonlyArray<LeasedDelivery>, reason: string): void {
    this.settler.together(() => {
      for (const { settlement } of deliveries) settlement.giveBack(reason);
    });
  }

  private leaveIfEmpty(): void {
    if (this.phase === "pulling" || this.phase === "left" || this.keeper.size > 0) return;
    this.phase = "left";
    siblingsOf(this.store).delete(this);
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
        this.failed(error);
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

  private failed(error: unknown): void {
    this.context.events.failed("settle", toSluiceError(error));
  }
}

/** Nobody has it in hand, and nobody settles it. */
const isFree = ({ settlement, custody }: LeasedDelivery): boolean => settlement.state === "open" && !custody.held;

/** It waits in the hands of an operator, or has not been emitted yet. */
const isUnbegun = ({ settlement, custody }: LeasedDelivery): boolean => settlement.state === "open" && !custody.begun;

const stopFailed = (cause: unknown): SluiceError =>
  invalidConfig(
    "stop$",
    `stop$ must not fail: a value of it stops the consumer. It failed with: ${describeCause(cause)}`,
  );
