/** The hub of a shop. */
import { EventHub } from "./EventHub.js";

export const shop = (): EventHub =>
  new EventHub("shop", {
    strict: true,
    defaultRetryDelay: { type: "exponential", base: 2, max: 300 },
    routes: [
      {
        condition: { path: "$.name", exact: "orderPlaced" },
        destination: "ORDER_HANDLER",
        delaySeconds: 10,
        key: "$.order.id",
      },
      {
        condition: { allOf: [{ path: "$.name", match: "^payment" }, { not: { path: "$.error", exists: true } }] },
        destination: "PAYMENT_HANDLER",
        maxRetries: 10,
      },
    ],
    destinations: {
      ORDER_HANDLER: { handler: "https://orders.example/hooks" },
      PAYMENT_HANDLER: { handler: "https://payments.example/hooks" },
    },
  });
