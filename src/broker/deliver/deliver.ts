/** Delivers the events of one lane: leases, handles, settles and tells. */
import { map, Observable, type ObservableInput, type Observer } from "rxjs";
import type { Settlement } from "../../core/Handled.js";
import type { Message } from "../../core/Message.js";
import { handle } from "../../operators/handle.js";
import { observe } from "../../operators/internal/observe.js";
import { Settling } from "../../operators/internal/Settling.js";
import type { BrokerEvent } from "../Broker.js";
import type { Lane } from "../Lane.js";
import type { Pending } from "../Pending.js";
import { Delivery } from "./Delivery.js";
import { decided, type Reacted, refusedFate } from "./fate.js";
import { Reacting } from "./Reacting.js";
import { told } from "./told.js";

export interface DeliverOptions {
  readonly concurrency: number;
  readonly stop$: ObservableInput<unknown> | undefined;
  readonly stopMsMax: number;
  /** Told how many deliveries are under way. */
  readonly onRunning: (running: number) => void;
}

/** What became of each delivery. */
export const deliver = (lane: Lane, options: DeliverOptions): Observable<BrokerEvent<unknown>> =>
  new Observable((subscriber) => {
    const { concurrency, stop$, stopMsMax, onRunning } = options;
    const reacting = new Reacting(lane);
    const underWay = new UnderWay(onRunning);
    subscriber.add(() => {
      reacting.stop();
      underWay.end();
    });
    const decided$ = lane.queue.messages({ stop$, stopMsMax, leaseMs: lane.leaseMs }).pipe(
      // Each reaction has a time of its own.
      handle((message: Message<Pending>) => reacting.work(message, underWay.begin(message)), {
        concurrency,
        timeoutMs: Number.POSITIVE_INFINITY,
      }),
      map((reacted: Reacted) => decided(reacted, underWay.of(reacted.message))),
    );
    const telling: Observer<Settlement<Pending, unknown>> = {
      next: (settlement) => {
        const { message } = settlement;
        const event = told(settlement, underWay.of(message), lane.name);
        if (event !== undefined) subscriber.next(event);
        // Told first: whoever waits for the end of the last one may stop all of it at once.
        underWay.ended(message);
      },
      error: (cause: unknown) => subscriber.error(cause),
      complete: () => subscriber.complete(),
    };
    observe(settled(decided$, underWay), telling, subscriber);
  });

/** Settles, and decides by the reaction where its follow-ups were refused. */
const settled = (source: Observable<Reacted>, underWay: UnderWay): Observable<Settlement<Pending, unknown>> =>
  new Observable((subscriber) => {
    const settling = new Settling<Pending, unknown, unknown>(subscriber, (failure, message) =>
      refusedFate(failure, message, underWay.of(message)),
    );
    observe(source, settling, subscriber);
  });

/** The deliveries that were begun and are not settled. */
class UnderWay {
  private readonly deliveries = new Map<Message<Pending>, Delivery>();

  constructor(private readonly onRunning: (running: number) => void) {}

  begin(message: Message<Pending>): Delivery {
    const delivery = new Delivery();
    this.deliveries.set(message, delivery);
    this.onRunning(this.deliveries.size);
    return delivery;
  }

  /** Of one that was not begun there is nothing to know. */
  of(message: Message<Pending>): Delivery {
    return this.deliveries.get(message) ?? new Delivery();
  }

  ended(message: Message<Pending>): void {
    this.deliveries.delete(message);
    this.onRunning(this.deliveries.size);
  }

  end(): void {
    this.deliveries.clear();
    this.onRunning(0);
  }
}
