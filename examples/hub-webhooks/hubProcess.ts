/**
 * A hub process: it works until it is killed, or the parent says so (or is gone). One that is to be killed does nothing more for a webhook
 * after the partner has taken so many, and says so: then the partner has it, and nothing is stored of that here.
 */
import { fromEvent, lastValueFrom, merge } from "rxjs";
import { openPlace } from "../place/openPlace.js";
import type { SharedPlace } from "../place/Place.js";
import { hooksHub } from "./hooksHub.js";

const [place = "", partnerUrl = "", seed = "", pace = "", standsAfter = ""] = process.argv.slice(2);
// The parent says what there is to be warned of.
const { store, close } = await openPlace(JSON.parse(place) as SharedPlace, { logger: { warn: () => undefined } });
let taken = 0;
const hooks = hooksHub(store, {
  partnerUrl,
  seed,
  paceMs: Number(pace),
  onTaken: async () => {
    taken += 1;
    if (taken !== Number(standsAfter)) return;
    process.send?.("stands");
    await new Promise(() => undefined);
  },
});

await store.ready();
process.send?.("ready");
const stop$ = merge(fromEvent(process, "message"), fromEvent(process, "disconnect"));
await lastValueFrom(hooks.run({ concurrency: 10, stop$, stopMsMax: 2_000 }), { defaultValue: undefined });
await close();
