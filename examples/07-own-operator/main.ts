/** A consumer that waits while the service behind it is away, without a failure counted or a lease lost. */
import * as t from "io-ts";
import { BehaviorSubject, firstValueFrom, map, take, timer, toArray } from "rxjs";
import { handle, queue, settle } from "sluice";
import { memoryStore } from "sluice/memory";
import { whileOpen } from "./whileOpen.js";

const store = memoryStore();
const orders = queue(store, { name: "orders", codec: t.string, leaseMs: 100 });
await orders.enqueueAll(["o-1", "o-2", "o-3"]);

const serviceIsUp$ = new BehaviorSubject(false);
// Longer than a lease: what is in hand is kept alive.
timer(250).subscribe(() => serviceIsUp$.next(true));

const handled = await firstValueFrom(
  orders.messages().pipe(
    whileOpen(serviceIsUp$, 100),
    handle(async (message) => `${message.data}, attempt ${message.attempt}`),
    settle(),
    map(({ result }) => (result._tag === "Right" ? result.right : "failed")),
    take(3),
    toArray(),
  ),
);
for (const line of handled) console.log(line);
await store.close();
