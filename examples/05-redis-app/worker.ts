/** Charges orders until SIGTERM or Ctrl+C; then works in hand have ten seconds, and the rest goes back to the queue. */
import { fromEvent, lastValueFrom, merge, tap } from "rxjs";
import { followUp, handle, retryBackoff, settle } from "sluice";
import { orders, shipments, store } from "./queues.js";

const charge = async (orderId: string, attempt: number): Promise<{ readonly orderId: string }> => {
  if (orderId === "o-2" && attempt === 1) throw new Error("the gateway timed out");
  return { orderId };
};

const stop$ = merge(fromEvent(process, "SIGTERM"), fromEvent(process, "SIGINT"));
const settlements$ = orders.messages({ stop$, stopMsMax: 10_000 }).pipe(
  handle((message) => charge(message.data.id, message.attempt), { concurrency: 8, timeoutMs: 5_000 }),
  followUp(({ orderId }) => [shipments.enqueue({ orderId })]),
  retryBackoff({ initialMs: 200, attemptsMax: 6, jitter: "full" }),
  settle(),
  tap(({ message, outcome }) => console.log(`${message.data.id}, attempt ${message.attempt}: ${outcome._tag}`)),
);

await store.ready();
console.log("ready");
await lastValueFrom(settlements$, { defaultValue: undefined });
await store.close();
console.log("closed");
