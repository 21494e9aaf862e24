/**
 * From leases to emissions: the messages that a read brought are given to the keeper, decoded and emitted, in order.
 *
 * ```text
 *   leased ──▶ arrived ──its turn──▶ emitted
 *                │  └──── poison ──▶ rejected, never emitted
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

export interface ReceivingParts<A> {
  readonly owner: Owner;
  readonly codec: ResolvedDefinition<A>["codec"];
  readonly events: QueueTelling;
  readonly pauses: PauseWatch;
  readonly prefetch: Prefetch;
  readonly keeper: LeaseKeeper;
  readonly puller: Puller;
  readonly subscriber: Subscriber<Message<A>>;
}

export class Receiving<A> {
  /** Deliveries that wait for their emission. */
  private arrived: Array<LeasedDelivery> = [];
  private busy = false;

  constructor(private readonly parts: ReceivingParts<A>) {}

  /** `full`: as many came as were asked for, so there may be more. */
  receive(leases: ReadonlyArray<Lease>, receivedMs: number, full: boolean): void {
    const { owner, keeper, puller } = this.parts;
    for (const lease of leases) {
      const delivery = new LeasedDelivery(lease, owner, receivedMs);
      keeper.add(delivery);
      this.arrived.push(delivery);
    }
    // Before the emission, which takes as long as user code likes.
    keeper.watch(leases[0]?.askedMs ?? receivedMs);
    if (this.busy || leases.length === 0) return;
    this.busy = true;
    // Where credit is left and there may be more, the server looks for more meanwhile. A store may answer within the call.
    if (full) puller.pull(true);
    this.emit();
    this.busy = false;
  }

  private emit(): void {
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
