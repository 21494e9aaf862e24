/** The job as ReaderTaskEithers upon a definition: `sluice/reader`. The store and the gateway are dependencies. */
import { isRight } from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import { timer } from "rxjs";
import { deadLetter, retryBackoff, type SluiceError } from "sluice";
import type { HasStore } from "sluice/reader";
import * as RQ from "sluice/reader";
import type { Tally } from "sluice/task";
import { type ChargeError, type Gateway, gatewayWithLimit, type HasGateway } from "./Gateway.js";
import { newOrders, type Order, orders } from "./Order.js";

const charge =
  (order: Order, attempt: number): RTE.ReaderTaskEither<HasGateway, ChargeError, string> =>
  ({ gateway }) =>
    gateway.charge(order, attempt);

const consume: RTE.ReaderTaskEither<HasStore & HasGateway, SluiceError, Tally> = RQ.consume(orders)(
  (order, message) => charge(order, message.attempt),
  {
    stop$: timer(500),
    onFailure: [
      deadLetter({ when: (failure) => failure._tag === "Failed" && failure.error._tag === "Declined" }),
      retryBackoff({ initialMs: 20, attemptsMax: 3 }),
      deadLetter(),
    ],
  },
);

const deadOrderIds: RTE.ReaderTaskEither<HasStore, SluiceError, ReadonlyArray<string>> = pipe(
  RQ.deadLetters(orders)(),
  RTE.map(({ items }) => items.flatMap(({ data }) => (isRight(data) ? [data.right.id] : []))),
);

/** The same dependencies with another gateway. */
const withGateway =
  (gateway: Gateway) =>
  (dependencies: HasStore & HasGateway): HasStore & HasGateway => ({ ...dependencies, gateway });

/** Places the orders, charges them, raises the limit, puts the dead letters back, and charges those. */
export const chargeAndRedrive = pipe(
  RTE.Do,
  RTE.apS("placed", RQ.enqueueAll(orders)(newOrders)),
  RTE.bindW("first", () => consume),
  RTE.bindW("dead", () => deadOrderIds),
  RTE.bindW("redriven", () => RQ.redrive(orders)()),
  RTE.bindW("second", () => pipe(consume, RTE.local(withGateway(gatewayWithLimit(1_000))))),
  RTE.bindW("stats", () => RQ.stats(orders)()),
);
