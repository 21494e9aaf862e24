/**
 * A queue in memory, a handler that fails once, and what became of each delivery.
 *
 *   npm run example -- examples/01-quickstart/main.ts
 */
import * as t from "io-ts";
import { take } from "rxjs";
import { handle, queue, retryBackoff, settle } from "sluice";
import { memoryStore } from "sluice/memory";

const Order = t.type({ id: t.string, total: t.number });
const orders = queue(memoryStore(), { name: "orders", codec: Order });

const charge = async (orderId: string, attempt: number): Promise<string> => {
  if (orderId === "o-2" && attempt === 1) throw new Error("the gateway timed out");
  return `receipt of ${orderId}`;
};

await orders.enqueueAll([
  { id: "o-1", total: 20 },
  { id: "o-2", total: 35 },
  { id: "o-3", total: 5 },
]);

orders
  .messages()
  .pipe(
    handle((message) => charge(message.data.id, message.attempt)),
    retryBackoff({ initialMs: 100, attemptsMax: 5 }),
    settle(),
    take(4), // three orders, one of them twice
  )
  .subscribe(({ message, outcome }) => {
    console.log(`${message.data.id}, attempt ${message.attempt}: ${outcome._tag}`);
  });
