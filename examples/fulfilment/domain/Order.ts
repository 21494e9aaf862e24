/** An order: what may be asked of it, what has happened to it, and what that makes of it. Plain functions and types. Amounts are cents. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

const Placed = t.type({
  type: t.literal("OrderPlaced"),
  orderId: t.string,
  customerId: t.string,
  region: t.string,
  sku: t.string,
  qty: t.number,
  total: t.number,
});
const Paid = t.type({
  type: t.literal("OrderPaid"),
  orderId: t.string,
  sku: t.string,
  qty: t.number,
  receipt: t.string,
});
const Packed = t.type({ type: t.literal("OrderPacked"), orderId: t.string, region: t.string });
const Shipped = t.type({ type: t.literal("OrderShipped"), orderId: t.string });
const Refused = t.type({ type: t.literal("OrderRefused"), orderId: t.string, because: t.string });

export const OrderEvent = t.union([Placed, Paid, Packed, Shipped, Refused]);
export type OrderEvent = t.TypeOf<typeof OrderEvent>;
type Details = Omit<t.TypeOf<typeof Placed>, "type">;

export type OrderCommand =
  | ({ readonly type: "Place" } & Details)
  | { readonly type: "MarkPaid"; readonly receipt: string }
  | { readonly type: "Pack" }
  | { readonly type: "Ship" }
  | { readonly type: "Refuse"; readonly because: string };

type Order =
  | { readonly stage: "none" }
  | { readonly stage: "placed" | "paid" | "packed" | "shipped" | "refused"; readonly details: Details };

type Refusal = "It is placed" | "There is no such order" | "It is not placed" | "It is not paid" | "It is not packed";

const decide =
  (command: OrderCommand) =>
  (order: Order): Either<Refusal, ReadonlyArray<OrderEvent>> => {
    if (command.type === "Place") {
      const { type: _, ...details } = command;
      return order.stage === "none" ? right([{ type: "OrderPlaced", ...details }]) : left("It is placed");
    }
    if (order.stage === "none") return left("There is no such order");
    const { orderId, region, sku, qty } = order.details;
    switch (command.type) {
      case "MarkPaid":
        if (order.stage !== "placed") return left("It is not placed");
        return right([{ type: "OrderPaid", orderId, sku, qty, receipt: command.receipt }]);
      case "Pack":
        return order.stage === "paid" ? right([{ type: "OrderPacked", orderId, region }]) : left("It is not paid");
      case "Ship":
        return order.stage === "packed" ? right([{ type: "OrderShipped", orderId }]) : left("It is not packed");
      case "Refuse":
        if (order.stage !== "placed" && order.stage !== "paid") return left("It is not placed");
        return right([{ type: "OrderRefused", orderId, because: command.because }]);
    }
  };

const stages = { OrderPaid: "paid", OrderPacked: "packed", OrderShipped: "shipped", OrderRefused: "refused" } as const;

const evolve = (order: Order, event: OrderEvent): Order => {
  if (event.type === "OrderPlaced") {
    const { type: _, ...details } = event;
    return { stage: "placed", details };
  }
  return order.stage === "none" ? order : { ...order, stage: stages[event.type] };
};

const initial: Order = { stage: "none" };
export const orderDecider = { initial, decide, evolve };
