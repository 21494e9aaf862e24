/**
 * One subscription of `messages`: a consumer that leases as much as its credit allows, emits, keeps what is in hand alive,
 * and gives back the rest.
 *
 * ```text
 *   subscribe ─▶ pulling ──stop$──▶ draining ───────all settled───────▶ left ──▶ complete
 *                   │                   │ stopMsMax                       ▲
 *                   └── unsubscribe ────┴─▶ lingering ──last one ended────┘
 * ```
 *
 * Unsubscribing gives back at once whatever no operator has in hand. Unsubscribing a whole pipeline makes its operators let
 * go, so that is everything; where only the source is left (`take(1)` before `handle`), works in hand may still settle.
 *
 * Credit = prefetch − unsettled, where a prefetch that was not given follows demand (`Prefetch`). RxJS has no backpressure, so nothing but a settlement (or the end of a lease) gives credit
 * back; emission never does. A settlement that this source has handed to the store counts as credit for the next lease,
 * which follows it in order on the same connection: the store never sees more than `prefetch` leases, and no round trip is
 * waited for. One that leaves with another source's (messages of both joined) may still wait there: it lends nothing, and
 * neither does any while the store refuses some.
 *
 * A message whose lease ended may have killed its process, so it comes alone: the store answers nothing where one is next
 * and something else is in hand. Then this source asks no more until its hands are empty (or others had the time to take it),
 * and it asks for nothing else while such a message is in hand, until that is settled or a third of its lease is over.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import { from, type Subscriber, type Subscription, type Unsubscribable } from "rxjs";
import { backoffDelayMs, makeBackoff } from "../core/Backoff.js";
import { soon } from "../core/Clock.js";
import { describeCause } from "../core/cause.js";
import type { Demands } from "../core/Demand.js";
import { type Message, messageOf } from "../core/Message.js";
import { newId } from "../core/newId.js";
import type { Outcome } from "../core/Outcome.js";
import { unlessPromise } from "../core/promiseWatch.js";
import { randomOf } from "../core/Random.js";
import { invalidConfig, type SluiceError, toSluiceError } from "../core/SluiceError.js";
import type { Hands, Lease } from "../store/Lease.js";
import type { Store } from "../store/Store.js";
import type { EventSink } from "./EventSink.js";
import { LeasedDelivery, type Owner } from "./LeasedDelivery.js";
import { LeaseKeeper } from "./LeaseKeeper.js";
import type { ResolvedMessagesOptions } from "./messagesOptions.js";
import { Pace } from "./Pace.js";
import type { Pausable, PauseWatch } from "./PauseWatch.js";
import { Prefetch } from "./Prefetch.js";
import { decodeData, rejectPoison } from "./poison.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";
import { Settler } from "./Settler.js";
import { type Sibling, siblingsOf } from "./siblings.js";

/** How long a suspect that was not for these hands is left to others (milliseconds). */
const STAND_BACK_MS = 1_000;

/** What is leased in one read has at most this many bytes of payload, but at least one message: 4 MiB. */
export const LEASE_BYTES_MAX: number = 4 * 1024 * 1024;

/** So many consumers in a row ask the store within their subscription; the next one leaves the stack before. */
const STARTS_IN_A_ROW_MAX = 100;

/** How long after a stop its end waits for a store that does not answer (milliseconds). */
const END_MS_MAX = 900;

const backoff = makeBackoff({ initialMs: 50, delayMsMax: 2_000, jitter: "full" });

export interface SourceContext<A> {
  readonly store: Store;
  readonly definition: ResolvedDefinition<A>;
  readonly options: ResolvedMessagesOptions;
  readonly events: EventSink;
  readonly pauses: PauseWatch;
  /** How many consumers of the queue were started since one of them came by a timer. */
  readonly starts: { inARow: number };
}

export class MessageSource<A> implements Owner, Sibling, Pausable {
  readonly store: Store;
  readonly queue: string;
  readonly attemptsMax: number;
  readonly prefetch: number;
  readonly demands: Demands | undefined;
  readonly settler: Settler;
  private readonly unsettled: Prefetch;
  private readonly pace: Pace;
  private readonly keeper: LeaseKeeper;
  private phase: "pulling" | "draining" | "lingering" | "left" = "pulling";
  private reading: Unsubscribable | undefined;
  /** What is done now ends with a pull. */
  private busy = false;
  /** What was leased and waits for its emission. */
  private arrived: Array<LeasedDelivery> = [];
  private receiving = false;
  private failures = 0;
  /** How many answers in a row were empty. */
  private empties = 0;
  /** It leaves a suspect to others, or to itself once its hands are empty: the pull timer waits for that. */
  private standsBack = false;
  private turnMs = 0;
  private pullTimer: Subscription | undefined;
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
    this.attemptsMax = definition.attemptsMax;
    this.unsettled = new Prefetch(options.prefetch);
    this.pace = new Pace(this.unsettled);
    this.prefetch = this.unsettled.bound;
    this.demands = this.unsettled.demands;
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
      onFlush: () => this.settled(),
      onAnswered: () => this.settled(),
    });
    this.keeper = new LeaseKeeper({
      store,
      queue: this.queue,
      leaseMs: options.leaseMs,
      events,
      onLate: () => this.holdingBack(() => this.settler.flush()),
      onCredit: () => {
        this.leaveIfEmpty();
        this.pull();
      },
    });
  }

  start(): void {
    siblingsOf(this.store).add(this);
    this.context.pauses.add(this);
    const { stop$ } = this.context.options;
    if (stop$ !== undefined) {
      const stopping = from(unlessPromise(stop$, "stop$ is a promise")).subscribe({
        next: () => this.stop(),
        error: (cause: unknown) => this.subscriber.error(stopFailed(cause)),
      });
      // It may have come, and everything have ended, within its subscription.
      if (this.phase === "pulling") this.stopping = stopping;
      else stopping.unsubscribe();
    }
    // A stream that fails at its first message and is subscribed to again at once comes by here within its own stack.
    const { starts } = this.context;
    starts.inARow += 1;
    if (starts.inARow > STARTS_IN_A_ROW_MAX) this.pullIn(0);
    else this.pull();
  }

  /** The subscription is over, whoever ended it: what is unsettled goes back to the front, in order, uncounted. */
  end(): void {
    this.endTimer?.unsubscribe();
    if (this.phase === "left") return;
    this.phase = "lingering";
    this.stopReading();
    this.stopping?.unsubscribe();
    this.settler.giveUp();
    this.settler.hurry();
    this.sweep();
  }

  onSettleEnd(delivery: LeasedDelivery, done: boolean, performed: Outcome | undefined): void {
    if (done) this.done(delivery, performed);
    else {
      this.keeper.look();
      this.onLetGo();
    }
  }

  onLost(delivery: LeasedDelivery): void {
    this.done(delivery, undefined);
  }

  onLeaseChanged(): void {
    this.keeper.look();
  }

  onLetGo(): void {
    if (this.phase === "lingering") soon(this.store.scheduler, () => this.sweep());
  }

  private done(delivery: LeasedDelivery, performed: Outcome | undefined): void {
    this.keeper.remove(delivery);
    this.context.events.ended(delivery, performed);
    this.leaveIfEmpty();
    if (!this.settler.answering) this.pull();
  }

  private settled(): void {
    if (this.demands !== undefined) {
      const { pushed, tripMs } = this.settler;
      this.pace.settled(pushed, this.store.scheduler.now(), Math.max(tripMs, this.turnMs));
    }
    this.pull();
  }

  private get mayPull(): boolean {
    return this.phase === "pulling" && this.reading === undefined && !this.busy && this.pullTimer === undefined;
  }

  private get hands(): Hands {
    return this.keeper.handsBut(this.settler.lent);
  }

  private pull(): void {
    if (this.standsBack && this.hands !== "full") this.comeForward();
    if (!this.mayPull) return;
    if (this.late) this.catchUpAll();
    if (!this.mayPull) return;
    const { max: most } = this.unsettled;
    const credit = most - this.keeper.size + Math.min(this.settler.lent, most);
    const max = Math.min(credit, portionOf(most));
    if (max < 1 || this.keeper.suspicious) return;
    const { definition, options } = this.context;
    let answered = false;
    const reading = this.store
      .lease({
        queue: this.queue,
        consumer: options.consumer,
        max,
        bytesMax: LEASE_BYTES_MAX,
        leaseMs: options.leaseMs,
        waitMsMax: Number.POSITIVE_INFINITY,
        attemptsMax: this.attemptsMax,
        deliveriesMax: definition.deliveriesMax,
        hands: this.hands,
        exclusive: definition.exclusive,
      })
      .run(
        (leases) => {
          answered = true;
          const atOnce = this.reading === undefined;
          this.reading = undefined;
          this.failures = 0;
          this.receive(leases, leases.length === max);
          this.empties = leases.length === 0 ? this.empties + 1 : 0;
          if (this.empties > 1 && this.hands === "full") this.standBack();
          // Of a key whose followers wait the next one comes with the settlement of its head, so that goes first.
          else if (leases.length < max && leases.some(({ key }) => key !== undefined)) this.pullSettled();
          // A store that answers at once must not keep the event loop to itself.
          else if (atOnce) this.pullIn(0);
          else this.pull();
        },
        (error) => {
          answered = true;
          this.reading = undefined;
          this.readFailed(toSluiceError(error));
        },
      );
    if (!answered) this.reading = reading;
  }

  /**
   * Code that blocked the process may have held it past its leases. A store ends those when it is asked for more, so what
   * settles and what renews goes first, also that of others here.
   */
  private catchUpAll(): void {
    for (const sibling of [...siblingsOf(this.store)]) if (sibling.late) sibling.catchUp();
  }

  get late(): boolean {
    return this.keeper.late;
  }

  catchUp(): void {
    this.holdingBack(() => this.keeper.catchUp());
  }

  /** Does something that may give credit, and reads only after all others here have got so far. */
  private holdingBack(work: () => void): void {
    const { busy } = this;
    this.busy = true;
    work();
    this.busy = busy;
    soon(this.store.scheduler, () => this.pull());
  }

  private pullIn(delayMs: number): void {
    if (this.phase !== "pulling") return;
    const { scheduler } = this.store;
    const fromMs = scheduler.now();
    const work = (): void => {
      this.pullTimer = undefined;
      this.standsBack = false;
      this.context.starts.inARow = 0;
      // Of a store that answers at once, a turn is all of the way.
      if (delayMs === 0) this.turnMs = scheduler.now() - fromMs;
      this.pull();
    };
    this.pullTimer = delayMs > 0 ? scheduler.schedule(work, delayMs) : soon(scheduler, work);
  }

  private standBack(): void {
    this.standsBack = true;
    this.pullIn(STAND_BACK_MS);
  }

  private comeForward(): void {
    this.standsBack = false;
    this.pullTimer?.unsubscribe();
    this.pullTimer = undefined;
  }

  /** Pulls at the end of this turn, behind what is settled by then. */
  private pullSettled(): void {
    if (this.phase !== "pulling") return;
    this.pullTimer = soon(this.store.scheduler, () => {
      this.pullTimer = undefined;
      this.context.starts.inARow = 0;
      if (!this.settler.waits) this.settler.flush();
      this.pull();
    });
  }

  private readFailed(error: SluiceError): void {
    if (error._tag === "StoreClosed") {
      this.subscriber.complete();
      return;
    }
    this.context.events.failed("lease", error);
    if (!error.retryable) {
      this.subscriber.error(error);
      return;
    }
    this.failures += 1;
    this.pullIn(Math.max(1, backoffDelayMs(backoff, Math.min(this.failures, 20), randomOf(newId()))));
  }

  private receive(leases: ReadonlyArray<Lease>, full: boolean): void {
    const { leaseMs } = this.context.options;
    const receivedMs = this.store.scheduler.now();
    if (this.keeper.size <= this.settler.lent) this.pace.idle(receivedMs);
    const deliveries = leases.map((lease) => new LeasedDelivery(lease, this, leaseMs, receivedMs));
    for (const delivery of deliveries) {
      this.keeper.add(delivery);
      this.arrived.push(delivery);
    }
    // Before the emission, which takes as long as user code likes.
    this.keeper.watch(receivedMs);
    if (this.receiving || deliveries.length === 0) return;
    this.receiving = true;
    // Where there is credit left and more to be had, the server looks for it meanwhile. It may answer at once.
    if (full) this.pull();
    this.emit();
    this.receiving = false;
  }

  private emit(): void {
    const deliveries = this.arrived;
    this.arrived = [];
    this.busy = true;
    for (const delivery of deliveries) {
      if (this.subscriber.closed) break;
      // A stop within an emission may have given the rest back already, in order with what was emitted.
      if (delivery.state === "open") this.deliver(delivery);
    }
    this.busy = false;
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
    delivery.give();
    this.subscriber.next(messageOf(delivery, decoded.right));
  }

  get holdsUnbegun(): boolean {
    return this.keeper.all().some(isUnbegun);
  }

  paused(): void {
    if (this.phase !== "pulling" && this.phase !== "draining") return;
    const unbegun = this.keeper.all().filter(isUnbegun);
    // A read that is under way may bring what was leased before the pause; what it would have brought goes back.
    this.stopReading();
    this.settler.together(() => {
      for (const delivery of unbegun) delivery.interruptBy("paused");
      this.giveBack(unbegun.filter(isFree), "paused");
    });
    this.settler.flush();
    this.leaveIfEmpty();
    this.pull();
  }

  private stop(): void {
    if (this.phase !== "pulling") return;
    this.phase = "draining";
    this.stopReading();
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
      for (const delivery of this.keeper.all()) delivery.interruptBy("stopped");
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
      for (const delivery of deliveries)
        this.settler.push([delivery.release(reason)], {
          lends: false,
          listEnded: () => {
            this.keeper.remove(delivery);
            this.leaveIfEmpty();
          },
        });
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

  private stopReading(): void {
    this.pullTimer?.unsubscribe();
    this.pullTimer = undefined;
    this.reading?.unsubscribe();
    this.reading = undefined;
  }

  private failed(error: unknown): void {
    this.context.events.failed("settle", toSluiceError(error));
  }
}

/** From this prefetch on a source reads it in two parts: one is worked while the server settles and leases the other. */
const HALVED_FROM = 400;

const portionOf = (most: number): number => (most < HALVED_FROM ? most : Math.ceil(most / 2));

/** Nobody has it in hand, and nobody settles it. */
const isFree = (delivery: LeasedDelivery): boolean => delivery.state === "open" && !delivery.held;

/** It waits in the hands of an operator, or has not been emitted yet. */
const isUnbegun = (delivery: LeasedDelivery): boolean => delivery.state === "open" && !delivery.begun;

const stopFailed = (cause: unknown): SluiceError =>
  invalidConfig(
    "stop$",
    `stop$ must not fail: a value of it stops the consumer. It failed with: ${describeCause(cause)}`,
  );
