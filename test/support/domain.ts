/** The domain of the programs that the design shows: orders, shipments, hooks. */
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import { left, right } from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";

export const Order = t.type({ id: t.string, customerId: t.string, total: t.number });
export type Order = t.TypeOf<typeof Order>;
export const Shipment = t.type({ orderId: t.string, address: t.string });
export type Shipment = t.TypeOf<typeof Shipment>;
export const Hook = t.union([
  t.type({ type: t.literal("push"), commits: t.number }),
  t.type({ type: t.literal("issue"), title: t.string }),
  t.type({ type: t.literal("star") }),
]);
export type Hook = t.TypeOf<typeof Hook>;

export interface Receipt {
  readonly orderId: string;
  readonly paid: number;
}
export type ChargeError =
  | { readonly _tag: "Declined"; readonly reason: string }
  | { readonly _tag: "GatewayDown"; readonly retryAfterMs: number };

export const charge = async (order: Order): Promise<Receipt> => {
  if (order.total < 0) throw new Error("negative");
  return { orderId: order.id, paid: order.total };
};
export const chargeTask = (order: Order): TaskEither<ChargeError, Receipt> =>
  order.total < 0 ? left({ _tag: "Declined", reason: "negative" }) : right({ orderId: order.id, paid: order.total });

export const order = (id: string, total = 1, customerId = "c1"): Order => ({ id, customerId, total });
