/** The other dependency: who charges. It fails by a Left, for one of two reasons. */
import * as TE from "fp-ts/lib/TaskEither.js";
import type { Order } from "./Order.js";

export type ChargeError = { readonly _tag: "Declined"; readonly reason: string } | { readonly _tag: "GatewayDown" };

export interface Gateway {
  readonly charge: (order: Order, attempt: number) => TE.TaskEither<ChargeError, string>;
}

export interface HasGateway {
  readonly gateway: Gateway;
}

/** Down at the first attempt of bob's orders; declines what is above the limit. */
export const gatewayWithLimit = (limit: number): Gateway => ({
  charge: (order, attempt) => {
    if (order.customer === "bob" && attempt === 1) return TE.left({ _tag: "GatewayDown" });
    if (order.total > limit) return TE.left({ _tag: "Declined", reason: `above the limit of ${limit}` });
    return TE.right(`receipt of ${order.id}`);
  },
});
