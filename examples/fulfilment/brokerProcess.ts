/**
 * A broker process: it reacts until it is killed, or the parent says so (or is gone). One that is to be killed does nothing more for an
 * order after so many charges, and says so: then money was taken, and nothing is stored of it.
 */
import { fromEvent, lastValueFrom, merge } from "rxjs";
import { fulfilmentOn } from "./fulfilment.js";
import { openStore } from "./openStore.js";

const [url = "", namespace = "", pace = "", standsAfter = ""] = process.argv.slice(2);
const store = openStore({ url, namespace });
let charges = 0;
const { broker } = fulfilmentOn(store, {
  paceMs: Number(pace),
  onCharged: async () => {
    charges += 1;
    if (charges !== Number(standsAfter)) return;
    process.send?.("stands");
    await new Promise(() => undefined);
  },
});
// The parent tells what is blocked: a warning of the process would say the same again.
broker.events$.subscribe();

await store.ready();
process.send?.("ready");
const stop$ = merge(fromEvent(process, "message"), fromEvent(process, "disconnect"));
await lastValueFrom(broker.run({ stop$, stopMsMax: 2_000 }), { defaultValue: undefined });
await store.close();
