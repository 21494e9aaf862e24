/** The job as TaskEithers upon a queue value: `sluice/task`. */
import { pipe } from "fp-ts/lib/function.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import { timer } from "rxjs";
import { deadLetter, queue, retryBackoff, type SluiceError, type Store } from "sluice";
import type { Tally } from "sluice/task";
import * as Q from "sluice/task";
import type { Gateway } from "./Gateway.js";
import { newOrders, orders } from "./Order.js";

/** Places the orders and charges them; answers how the deliveries ended. */
export const chargeNewOrders = (store: Store, gateway: Gateway): TE.TaskEither<SluiceError, Tally> => {
  const ordersHere = queue(store, orders);
  const consume = Q.consume(ordersHere)((order, message) => gateway.charge(order, message.attempt), {
    stop$: timer(500),
    onFailure: [
      deadLetter({ when: (failure) => failure._tag === "Failed" && failure.error._tag === "Declined" }),
      retryBackoff({ initialMs: 20, attemptsMax: 3 }),
      deadLetter(),
    ],
  });
  return pipe(
    TE.traverseArray(Q.enqueue(ordersHere))(newOrders),
    TE.flatMap(() => consume),
  );
};
