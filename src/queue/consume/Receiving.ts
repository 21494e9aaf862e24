/**
 * From leases to emissions: the messages that a read brought are given to the keeper, decoded and emitted, in order.
 *
 * ```text
 *   leased ──▶ arrived ──its turn──▶ emitted
 *                │  └──── poison ──▶ rejected, never emitted
 *                ├─ while a suspect of this process works alone, it waits: see `Solitude`. Before it goes on the store is told that it begins,
 *                │  and has answered: else a process that it kills at once would not count against it
 *                └─ given back or settled within an emission before it ──▶ passed over
 * ```
 */
import { isLeft } from "fp-ts/lib/Either.js";
import type { Subscriber } from "rxjs";
import { type Message, messageOf } from "../../core/Message.js";
import type { Lease } from "../../port/Lease.js";
import { decodeData } from "../decodeData.js";
import type { QueueTelling } from "../EventSink.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import { isUnbegun } from "./givingBack.js";
import { LeasedDelivery } from "./LeasedDelivery.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";
import type { Owner } from "./Owner.js";
import type { PauseWatch } from "./PauseWatch.js";
import type { Prefetch } from "./Prefetch.js";
import type { Puller } from "./Puller.js";
import { rejectPoison } from "./poison.js";
import type { Solitude } from "./Solitude.js";

export interface ReceivingParts<A> {
  readonly owner: Owner;
  readonly codec: ResolvedDefinition<A>["codec"];
  readonly events: QueueTelling;
  readonly pauses: PauseWatch;
  readonly prefetch: Prefetch;
  readonly keeper: LeaseKeeper;
  readonly puller: Puller;
  readonly solitude: Solitude;
  readonly subscriber: Subscriber<Message<A>>;
}

export class Receiving<A> {
  /** Deliveries that wait for their emission. */
  private arrived: Array<LeasedDelivery> = [];
  private busy = false;
  /** Whether the store was told of some of them that they have not begun. */
  private held = false;

  constructor(private readonly parts: ReceivingParts<A>) {}

  /** `full`: as many came as were asked for, so there may be more. */
  receive(leases: ReadonlyArray<Lease>, receivedMs: number, full: boolean): void {
    const { owner, keeper, puller, solitude } = this.parts;
    const deliveries = leases.map((lease) => new LeasedDelivery(lease, owner, receivedMs));
    for (const delivery of deliveries) {
      keeper.add(delivery);
      this.arrived.push(delivery);
    }
    // Before the emission, which takes as long as user code likes.
    keeper.watch(leases[0]?.askedMs ?? receivedMs);
    if (this.busy || keeper.beginning || leases.length === 0) return;
    this.keepingBusy(() => {
      // Where credit is left and there may be more, the server looks for more meanwhile. A store may answer within the call.
      if (full) puller.pull(true);
      if (solitude.mayEmit) this.emit();
      else this.hold(deliveries);
    });
  }

  /** Emits what was held, if nothing keeps it any more. */
  goOn(): void {
    const { keeper, solitude } = this.parts;
    if (this.busy || keeper.beginning || this.arrived.length === 0 || !solitude.mayEmit) return;
    this.keepingBusy(() => this.emit());
  }

  /** What arrives meanwhile waits. */
  private keepingBusy(work: () => void): void {
    const { busy } = this;
    this.busy = true;
    work();
    this.busy = busy;
  }

  /** They wait for their emission: if the process dies meanwhile, it was not by them. */
  private hold(deliveries: ReadonlyArray<LeasedDelivery>): void {
    this.held = true;
    this.parts.keeper.renewAs("unbegun", deliveries);
    this.parts.pauses.watch();
  }

  private emit(): void {
    if (this.held) this.begin();
    else this.emitNow();
  }

  /** Emits what was held once the store knows that it begins. */
  private begin(): void {
    const { keeper, solitude, subscriber } = this.parts;
    this.held = false;
    keeper.beginning = true;
    keeper.renewAs("begun", this.arrived.filter(isUnbegun), () => {
      keeper.beginning = false;
      this.arrived = this.arrived.filter(isUnbegun);
      if (this.arrived.length === 0 || subscriber.closed) return;
      // Its turn may have passed meanwhile.
      if (solitude.mayEmit) this.keepingBusy(() => this.emitNow());
      else {
        this.hold(this.arrived);
        solitude.changed();
      }
    });
  }

  private emitNow(): void {
    const { subscriber, puller, prefetch, pauses } = this.parts;
    const deliveries = this.arrived;
    this.arrived = [];
    puller.pausedFor(() => {
      for (const delivery of deliveries) {
        if (subscriber.closed) break;
        // A stop within an emission may have given the rest back already.
        if (delivery.settlement.state === "open") this.deliver(delivery);
      }
    });
    prefetch.emitted();
    if (deliveries.some(isUnbegun)) pauses.watch();
  }

  private deliver(delivery: LeasedDelivery): void {
    const { codec, events, subscriber } = this.parts;
    const decoded = decodeData(codec, delivery.lease);
    if (isLeft(decoded)) {
      rejectPoison(delivery, decoded.left, events);
      return;
    }
    events.of(delivery.lease, (about) => ({ ...about, _tag: "Delivered" }));
    delivery.custody.given = true;
    subscriber.next(messageOf(delivery, decoded.right));
  }
}
