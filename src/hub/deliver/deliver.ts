/** Delivers the dispatches of one destination. */
import { Observable, type ObservableInput } from "rxjs";
import type { Message } from "../../core/Message.js";
import { handle } from "../../operators/handle.js";
import { observe } from "../../operators/internal/observe.js";
import { Timeouts } from "../../operators/internal/Timeouts.js";
import { queueWithin } from "../../queue/makeQueue.js";
import type { Parts } from "../definition.js";
import type { Executed } from "../Hub.js";
import { type DispatchRef, DispatchRefCodec } from "../ledger/DispatchCodec.js";
import { queueOf } from "../names.js";
import { valveOf } from "../valve/valveOf.js";
import { Attempting, type Ended, type Serving } from "./Attempting.js";
import { Concluding } from "./Concluding.js";
import { DestinationTelling } from "./DestinationTelling.js";

export interface DeliverOptions {
  readonly concurrency: number;
  readonly stop$: ObservableInput<unknown> | undefined;
  readonly stopMsMax: number;
  /** What is overdue by more than that is lost. */
  readonly elapsedMs: number;
}

/** The executions at a destination, as the store confirmed them. */
export const deliver = (
  parts: Parts,
  destination: string,
  { concurrency, stop$, stopMsMax, elapsedMs }: DeliverOptions,
): Observable<Executed<string>> =>
  new Observable((subscriber) => {
    const timeouts = new Timeouts(parts.store.scheduler);
    subscriber.add(() => timeouts.stop());
    const handling = parts.destinations.get(destination);
    const valve = handling && valveOf(parts, destination, handling.options);
    const serving: Serving = { parts, destination, handling, timeouts, valve, elapsedMs };
    const definition = {
      name: queueOf(parts.name, destination),
      codec: DispatchRefCodec,
      leaseMs: parts.leaseMs,
      // Dispatches bound their attempts; what is given back is no attempt.
      attemptsMax: Number.POSITIVE_INFINITY,
      deliveriesMax: Number.POSITIVE_INFINITY,
    };
    const telling = new DestinationTelling(destination, parts.sink);
    const handled$ = queueWithin(parts.store, definition, { telling, valve })
      .messages({ stop$, stopMsMax })
      .pipe(
        handle((message: Message<DispatchRef>) => attempt(serving, message), {
          concurrency: handling?.options.concurrency ?? concurrency,
          // Its handler has a time of its own.
          timeoutMs: Number.POSITIVE_INFINITY,
        }),
      );
    observe(handled$, new Concluding(parts, subscriber), subscriber);
  });

const attempt = (serving: Serving, message: Message<DispatchRef>): Observable<Ended> =>
  new Observable((subscriber) => {
    const attempting = new Attempting(serving, message, subscriber);
    subscriber.add(attempting);
    attempting.start();
  });
