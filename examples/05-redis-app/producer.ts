/** Enqueues some orders. Run it again: what is there already is not added twice. */
import { orders, store } from "./queues.js";

const count = Number(process.argv[2] ?? 3);
for (let n = 1; n <= count; n += 1) {
  const order = { id: `o-${n}`, customerId: `c-${n % 2}`, total: 10 * n };
  const { duplicate } = await orders.enqueue(order, { dedupe: { id: order.id } }).retry();
  console.log(`${order.id}: ${duplicate ? "was enqueued before" : "enqueued"}`);
}
await store.close();
