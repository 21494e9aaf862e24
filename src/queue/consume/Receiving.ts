/**
 * From leases to emissions: the messages that a read brought are given to the keeper, decoded and emitted, in order.
 *
 * ```text
 *   leased ──▶ arrived ──its turn──▶ emitted
 *                │  └──── poison ──▶ rejected, never emitted
 *                ├─ while a suspect of this process works alone, it waits: see `Solitude`
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
    if (this.busy || leases.length === 0) return;
    this.busy = true;
    // Where credit is left and there may be more, the server looks for more meanwhile. A store may answer within the call.
    if (full) puller.pull(true);
    if (solitude.mayEmit) this.emit();
    else this.hold(deliveries);
    this.busy = false;
  }

  /** Emits what was held, if nothing keeps it any more. */
  goOn(): void {
    if (this.busy || this.arrived.length === 0 || !this.parts.solitude.mayEmit) return;
    this.busy = true;
    this.emit();
    this.busy = false;
  }

  /** They wait for their emission: if the process dies meanwhile, it was not by them. */
  private hold(deliveries: ReadonlyArray<LeasedDelivery>): void {
    this.held = true;
    this.parts.keeper.renewAs("unbegun", deliveries);
    this.parts.pauses.watch();
  }

  private emit(): void {
    const { subscriber, puller, prefetch, pauses, keeper } = this.parts;
    const deliveries = this.arrived;
    this.arrived = [];
    if (this.held) keeper.renewAs("begun", deliveries.filter(isUnbegun));
    this.held = false;
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
