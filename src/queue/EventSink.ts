/** Where a queue's consumers and enqueues report: events are built only while somebody listens. */
import { Subject } from "rxjs";
import type { Outcome } from "../core/Outcome.js";
import type { SluiceError } from "../core/SluiceError.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { QueueEvent } from "./QueueEvent.js";

export interface EventOf {
  readonly id: LeasedDelivery["id"];
  readonly key: string | undefined;
  readonly attempt: number;
}

export class EventSink {
  readonly events$: Subject<QueueEvent> = new Subject<QueueEvent>();
  private lastError: SluiceError | undefined;

  /** Builds and emits an event about a message, if anybody listens. */
  of(delivery: LeasedDelivery, build: (about: EventOf) => QueueEvent): void {
    if (this.events$.observed)
      this.events$.next(build({ id: delivery.id, key: delivery.key, attempt: delivery.attempt }));
  }

  /** A delivery ended: settled as the store performed it, or lost. */
  ended(delivery: LeasedDelivery, performed: Outcome | undefined): void {
    if (performed === undefined) {
      this.of(delivery, (about) => ({ ...about, _tag: "Lost" }));
      return;
    }
    this.of(delivery, (about) => ({ ...about, _tag: "Settled", outcome: performed }));
    if (performed._tag === "Block")
      this.of(delivery, (about) => ({ ...about, _tag: "Blocked", scope: performed.scope }));
  }

  /** An enqueue ended; what its caller did wrong is told to that one alone. Several of one join end by the same error. */
  readonly enqueued = (error: SluiceError | undefined): void => {
    if (error?.retryable !== true || error === this.lastError) return;
    this.lastError = error;
    this.emit({ _tag: "StoreFailed", during: "enqueue", error });
  };

  emit(event: QueueEvent): void {
    this.events$.next(event);
  }
}
