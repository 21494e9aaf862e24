/** The orders of this example, always the same, and the stock that is there for them: one product is short. */
import { isLeft } from "fp-ts/lib/Either.js";
import type { OrderCommand } from "./domain/Order.js";
import type { Fulfilment } from "./fulfilment.js";

export const regions = ["north", "east", "south", "west"] as const;
const skus = ["tea", "pot", "jug"] as const;
const customers = 12;
/** Of this one there is half of what is ordered, a piece each: so it does not matter who comes first. */
const shortSku = "jug";

type Place = Extract<OrderCommand, { readonly type: "Place" }>;

const of = <T>(list: ReadonlyArray<T>, n: number): T => list[n % list.length] as T;

const orderOf = (n: number): Place => {
  const sku = of(skus, n);
  return {
    type: "Place",
    orderId: `o-${n}`,
    customerId: `c-${n % customers}`,
    region: of(regions, n),
    sku,
    qty: sku === shortSku ? 1 : 1 + (n % 2),
    total: 1_000 + n * 10,
  };
};

export const placeOrders = async ({ orders, stocks }: Fulfilment, count: number): Promise<void> => {
  const all = Array.from({ length: count }, (_, i) => orderOf(i + 1));
  for (const sku of skus) {
    const wanted = all.filter((order) => order.sku === sku).reduce((sum, { qty }) => sum + qty, 0);
    await stocks.handle(sku, { type: "Receive", qty: sku === shortSku ? Math.floor(wanted / 2) : wanted });
  }
  for (const order of all) {
    const placed = await orders.handle(order.orderId, order, { commandId: `place ${order.orderId}` });
    if (isLeft(placed)) throw new Error(placed.left);
  }
};
