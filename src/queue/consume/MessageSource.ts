/**
 * One subscription of `messages`: its parts, and who tells whom.
 *
 * | part | owns |
 * |---|---|
 * | `SourceLife` | the phase: pulling, draining, lingering, left |
 * | `Puller` | the read that is under way, and the time of the next one |
 * | `Credit` | nothing: computes how much a read may bring, from what the others own |
 * | `Restraint` | the time at which its valve has room again |
 * | `Prefetch`, `Pace` | how many messages may be unsettled; how fast they are settled |
 * | `Receiving` | the messages that have arrived and are not emitted |
 * | `LeaseKeeper` | the unsettled deliveries, and the tenure of each |
 * | `Settler` | the settlements that wait to leave, or to be answered |
 * | `CatchingUp` | nothing: decides what comes first where the process was busy |
 * | `Solitude` | nothing: one suspect of a store handle works at a time, and alone |
 *
 * ```text
 *   store ─leases─▶ Puller ─▶ Receiving ─▶ subscriber ─▶ operators ─▶ Settlement ─▶ Settler ─▶ store
 *                     ▲           └─▶ LeaseKeeper ◀──────ended───────────┘             │
 *                     └────────────── credit ◀─────────────────────────────────────────┘
 * ```
 */
import type { Subscriber } from "rxjs";
import { soon } from "../../core/Clock.js";
import type { Message } from "../../core/Message.js";
import type { Outcome } from "../../core/Outcome.js";
import type { SluiceError } from "../../core/SluiceError.js";
import type { Valve } from "../../core/Valve.js";
import type { QueueStore } from "../../port/Store.js";
import type { QueueTelling } from "../EventSink.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import { CatchingUp } from "./CatchingUp.js";
import { Credit } from "./Credit.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import { LeaseKeeper } from "./LeaseKeeper.js";
import type { ResolvedMessagesOptions } from "./messagesOptions.js";
import type { Owner } from "./Owner.js";
import type { PauseWatch } from "./PauseWatch.js";
import { Prefetch } from "./Prefetch.js";
import { Puller, type Starts } from "./Puller.js";
import { Receiving } from "./Receiving.js";
import { Restraint } from "./Restraint.js";
import { Settler } from "./Settler.js";
import { Solitude } from "./Solitude.js";
import { SourceLife } from "./SourceLife.js";

export interface SourceContext<A> {
  readonly store: QueueStore;
  readonly definition: ResolvedDefinition<A>;
  readonly options: ResolvedMessagesOptions;
  readonly events: QueueTelling;
  readonly pauses: PauseWatch;
  readonly starts: Starts;
  readonly valve: Valve | undefined;
}

export class MessageSource<A> implements Owner {
  readonly store: QueueStore;
  readonly queue: string;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  readonly prefetch: number;
  readonly demands: Prefetch;
  readonly settler: Settler;
  private readonly keeper: LeaseKeeper;
  private readonly puller: Puller;
  private readonly restraint: Restraint;
  private readonly receiving: Receiving<A>;
  private readonly catchingUp: CatchingUp;
  private readonly solitude: Solitude;
  private readonly life: SourceLife;

  constructor(
    private readonly context: SourceContext<A>,
    private readonly subscriber: Subscriber<Message<A>>,
  ) {
    const { store, definition, options, events, pauses, starts, valve } = context;
    const { codec } = definition;
    this.store = store;
    this.queue = definition.name;
    this.leaseMs = options.leaseMs;
    this.attemptsMax = definition.attemptsMax;
    this.demands = new Prefetch(options.prefetch);
    this.prefetch = this.demands.bound;
    this.settler = this.settling();
    this.keeper = this.keeping();
    const { settler, keeper, demands: prefetch } = this;
    this.puller = new Puller({
      store,
      definition,
      options,
      starts,
      credit: new Credit({ scheduler: store.scheduler, prefetch, keeper, settler, restraint: () => this.restraint }),
      keeper,
      settler,
      isWanted: () => this.life.pulls,
      onLeases: (leases, receivedMs, full) => this.receiving.receive(leases, receivedMs, full),
      onFailure: (error) => this.readFailed(error),
    });
    const { puller } = this;
    this.restraint = new Restraint({
      ...{ store, valve, keeper, puller },
      giveBack: () => this.life.paused(),
    });
    this.solitude = new Solitude({ store, keeper, goOn: () => this.receiving.goOn() });
    const { solitude, restraint } = this;
    this.receiving = new Receiving({
      owner: this,
      codec,
      events,
      pauses,
      prefetch,
      keeper,
      puller,
      solitude,
      subscriber,
    });
    this.catchingUp = new CatchingUp({ store, keeper, settler, puller });
    const { queue, catchingUp } = this;
    this.life = new SourceLife({
      store,
      queue,
      options,
      events,
      pauses,
      settler,
      keeper,
      puller,
      restraint,
      catchingUp,
      solitude,
      subscriber,
    });
  }

  start(): void {
    this.life.start();
  }

  /** The subscription has ended, by whomever. */
  end(): void {
    this.life.end();
  }

  ended(delivery: LeasedDelivery, performed: Outcome | undefined): void {
    this.keeper.remove(delivery);
    this.context.events.ended(delivery.lease, performed);
    this.lessInHand();
    if (!this.settler.rounds.answering) this.puller.pull();
  }

  reopened(): void {
    this.keeper.look();
    this.life.letGo();
  }

  givenBack(delivery: LeasedDelivery): void {
    this.keeper.remove(delivery);
    this.lessInHand();
  }

  leaseChanged(): void {
    this.keeper.look();
  }

  letGo(): void {
    this.life.letGo();
  }

  private lessInHand(): void {
    this.life.leaveIfEmpty();
    this.solitude.changed();
  }

  private keeping(): LeaseKeeper {
    const { store, events } = this.context;
    return new LeaseKeeper({
      ...{ store, queue: this.queue, leaseMs: this.leaseMs, events },
      onLate: () => this.catchingUp.settleFirst(),
      onCredit: () => {
        this.lessInHand();
        this.puller.pull();
      },
    });
  }

  private settling(): Settler {
    const { store, options } = this.context;
    return new Settler({
      target: store,
      scheduler: store.scheduler,
      sizeMax: options.settleSizeMax,
      waitMsMax: options.settleWaitMsMax,
      persistent: true,
      onFailure: (error) => this.settleFailed(error),
      onFlush: () => this.puller.settled(),
      onAnswered: () => this.puller.settled(),
    });
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
