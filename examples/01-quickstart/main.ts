/**
 * A queue, a handler that fails once, and what became of each delivery.
 *
 *   npm run example -- examples/01-quickstart/main.ts
 *   npm run example -- examples/01-quickstart/main.ts --pglite ./data
 *   npm run example -- examples/01-quickstart/main.ts --redis redis://localhost:6379
 *   npm run example -- examples/01-quickstart/main.ts --postgres postgres://localhost/postgres
 */
import * as t from "io-ts";
import { lastValueFrom, take, tap } from "rxjs";
import { handle, queue, retryBackoff, settle } from "sluice";
import { openForRun } from "../place/openForRun.js";
import { placeGiven } from "../place/placeOptions.js";

const Order = t.type({ id: t.string, total: t.number });
// `memoryStore()` of "sluice/memory", where the command line names no other one.
const { store, close } = await openForRun(placeGiven("quickstart"));
const orders = queue(store, { name: "orders", codec: Order });

const charge = async (orderId: string, attempt: number): Promise<string> => {
  if (orderId === "o-2" && attempt === 1) throw new Error("the gateway timed out");
  return `receipt of ${orderId}`;
};

await orders.enqueueAll([
  { id: "o-1", total: 20 },
  { id: "o-2", total: 35 },
  { id: "o-3", total: 5 },
]);

await lastValueFrom(
  orders.messages().pipe(
    handle((message) => charge(message.data.id, message.attempt)),
    retryBackoff({ initialMs: 100, attemptsMax: 5 }),
    settle(),
    take(4), // three orders, one of them twice
    tap(({ message, outcome }) => console.log(`${message.data.id}, attempt ${message.attempt}: ${outcome._tag}`)),
  ),
);
await close();
