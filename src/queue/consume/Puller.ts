/**
 * Asks the store for more messages, for one source: one read at a time, of as many as its `Credit` allows.
 *
 * ```text
 *             there is credit           leases
 *   resting ──────────────────▶ reading ──────▶ resting
 *      │                           │ failed, and that may pass
 *      │ a suspect comes next      └──▶ waiting for the store (`Outage`) ──its time──▶ resting
 *      └──▶ standing back ──its time, or nothing in hand that may kill──▶ resting
 * ```
 *
 * A suspect (a message whose lease ended, so that it may have killed its process) comes alone. Where a suspect comes next and this
 * source has something else in hand, the store answers nothing. Then the source stands back: it does not ask until its hands are
 * empty, or until others have had the time to take the suspect. While it has a suspect in hand it asks for nothing, until that
 * is settled or a third of its lease is over.
 */
import type { Subscription, Unsubscribable } from "rxjs";
import { soon } from "../../core/Clock.js";
import { Outage } from "../../core/Outage.js";
import { type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import type { Lease } from "../../port/Lease.js";
import type { QueueStore } from "../../port/Store.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import { catchUpAll } from "./CatchingUp.js";
import type { Credit } from "./Credit.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";
import type { ResolvedMessagesOptions } from "./messagesOptions.js";
import type { Settler } from "./Settler.js";

/** How long a source leaves a suspect to others, while its own hands are full (milliseconds). */
const STAND_BACK_MS = 1_000;

/** The most bytes of payload that one read brings, but at least one message: 4 MiB. */
export const LEASE_BYTES_MAX: number = 4 * 1024 * 1024;

/** So many consumers in a row may ask the store within their `subscribe`; the next one asks later, so that the stack is empty. */
const STARTS_IN_A_ROW_MAX = 100;

/** How many consumers of the queue were started in a row, without a return to the event loop. */
export interface Starts {
  inARow: number;
}

export interface PullerOptions {
  readonly store: QueueStore;
  readonly definition: Pick<ResolvedDefinition<unknown>, "name" | "attemptsMax" | "deliveriesMax" | "exclusive">;
  readonly options: Pick<ResolvedMessagesOptions, "consumer" | "leaseMs">;
  readonly starts: Starts;
  readonly credit: Credit;
  readonly keeper: LeaseKeeper;
  readonly settler: Settler;
  /** Whether the source wants more messages at all. */
  readonly isWanted: () => boolean;
  /** `full`: as many came as were asked for, so there may be more. */
  readonly onLeases: (leases: ReadonlyArray<Lease>, receivedMs: number, full: boolean) => void;
  /** A read failed. Where the failure is retryable, another read follows. */
  readonly onFailure: (error: SluiceError) => void;
}

export class Puller {
  /** The source is doing something that will end with a pull. */
  private busy = false;
  private readonly outage: Outage;
  private reading: Unsubscribable | undefined;
  private timer: Subscription | undefined;
  private failures = 0;
  /** How many answers in a row were empty. */
  private empties = 0;
  /** Stands back from a suspect: the timer runs until others have had the time to take it. */
  private standsBack = false;
  private turnMs = 0;

  constructor(private readonly options: PullerOptions) {
    this.outage = new Outage(options.store);
  }

  start(): void {
    // A stream that fails at its first message and is subscribed to again at once gets here within its own stack.
    const { starts } = this.options;
    starts.inARow += 1;
    if (starts.inARow > STARTS_IN_A_ROW_MAX) this.pullIn(0);
    else this.pull();
  }

  /** Takes back the read that is under way, and forgets one that waits to be made. */
  stop(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    this.outage.stop();
    this.reading?.unsubscribe();
    this.reading = undefined;
  }

  /** Settlements were handed to the store, or answered. */
  settled(): void {
    this.options.credit.settled(this.turnMs);
    this.pull();
  }

  /** Does something that may give credit. No read is made meanwhile. */
  pausedFor(work: () => void): void {
    const { busy } = this;
    this.busy = true;
    work();
    this.busy = busy;
  }

  /** The same, and pulls at the end of the turn, when all other consumers of this process have done the same. */
  holdingBack(work: () => void): void {
    this.pausedFor(work);
    soon(this.options.store.scheduler, () => this.pull());
  }

  /** Reads as much as there is credit for, unless a read is under way. `atOnce`: user code may keep the process busy after it. */
  pull(atOnce = false): void {
    const { store, definition, options, credit, keeper } = this.options;
    if (this.standsBack && credit.hands !== "full") this.comeForward();
    if (!this.mayPull) return;
    if (keeper.late) catchUpAll(store);
    if (!this.mayPull) return;
    const max = credit.readMax;
    if (max < 1) return;
    let answered = false;
    const reading = store
      .lease({
        queue: definition.name,
        consumer: options.consumer,
        max,
        bytesMax: LEASE_BYTES_MAX,
        leaseMs: options.leaseMs,
        waitMsMax: Number.POSITIVE_INFINITY,
        attemptsMax: definition.attemptsMax,
        deliveriesMax: definition.deliveriesMax,
        hands: credit.hands,
        exclusive: definition.exclusive,
        atOnce,
      })
      .run(
        (leases) => {
          answered = true;
          const within = this.reading === undefined;
          this.reading = undefined;
          this.received(leases, max, within);
        },
        (error) => {
          answered = true;
          this.reading = undefined;
          this.failed(toSluiceError(error));
        },
      );
    if (!answered) this.reading = reading;
  }

  private get mayPull(): boolean {
    return this.reading === undefined && !this.busy && !this.waits && this.options.isWanted();
  }

  private get waits(): boolean {
    return this.timer !== undefined || this.outage.waits;
  }

  private received(leases: ReadonlyArray<Lease>, max: number, within: boolean): void {
    const { store, credit, onLeases } = this.options;
    const receivedMs = store.scheduler.now();
    this.failures = 0;
    credit.received(receivedMs);
    onLeases(leases, receivedMs, leases.length === max);
    this.empties = leases.length === 0 ? this.empties + 1 : 0;
    if (this.empties > 1 && credit.hands === "full") this.standBack();
    // A follower becomes ready by the settlement of its head, so settlements leave before the next read.
    else if (leases.length < max && leases.some(({ key }) => key !== undefined)) this.pullSettled();
    // A store that answers at once must not keep the event loop to itself.
    else if (within) this.pullIn(0);
    else this.pull();
  }

  private failed(error: SluiceError): void {
    this.options.onFailure(error);
    if (!error.retryable || !this.options.isWanted()) return;
    this.failures += 1;
    this.outage.again(this.failures, () => {
      this.options.starts.inARow = 0;
      this.pull();
    });
  }

  private pullIn(delayMs: number): void {
    const { store, starts, isWanted } = this.options;
    if (!isWanted()) return;
    const { scheduler } = store;
    const fromMs = scheduler.now();
    const work = (): void => {
      this.timer = undefined;
      this.standsBack = false;
      starts.inARow = 0;
      // Where the store answers at once, a turn is the whole round trip.
      if (delayMs === 0) this.turnMs = scheduler.now() - fromMs;
      this.pull();
    };
    this.timer?.unsubscribe();
    this.timer = delayMs > 0 ? scheduler.schedule(work, delayMs) : soon(scheduler, work);
  }

  private standBack(): void {
    this.standsBack = true;
    this.pullIn(STAND_BACK_MS);
  }

  private comeForward(): void {
    this.standsBack = false;
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  /** Pulls at the end of this turn, after the settlements that were asked for until then. */
  private pullSettled(): void {
    const { store, starts, settler, isWanted } = this.options;
    if (!isWanted()) return;
    this.timer?.unsubscribe();
    this.timer = soon(store.scheduler, () => {
      this.timer = undefined;
      starts.inARow = 0;
      if (!settler.waits) settler.flush();
      this.pull();
    });
  }
}
