/**
 * A broker process: it reacts until it is killed, or the parent says so (or is gone). One that is to be killed does nothing more for an
 * order after so many charges, and says so: then money was taken, and nothing is stored of it.
 */
import { fromEvent, lastValueFrom, merge } from "rxjs";
import { openPlace } from "../place/openPlace.js";
import type { SharedPlace } from "../place/Place.js";
import { fulfilmentOn } from "./fulfilment.js";

const [place = "", pace = "", standsAfter = ""] = process.argv.slice(2);
const { store, close } = await openPlace(JSON.parse(place) as SharedPlace);
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
await close();
