/** A process with one broker of its own, over a store of its own. Its arguments: url, targets. It runs when it is told so, and tells its acknowledgements. */
import { redisStore } from "sluice/redis";
import { brokerOf } from "./contestants/sluiceReactions.js";

/** How often it tells what it has done: the end of a run is known so exactly. */
const TELL_MS = 5;

const [url = "", streams = ""] = process.argv.slice(2);
const store = redisStore(url, { namespace: "bench" });
const reacting = brokerOf(store, { streams: Number(streams), onReaction: () => {} });
let acked = 0;

process.once("message", () => {
  reacting.run().subscribe({
    next: ({ _tag }) => {
      if (_tag === "Acked") acked += 1;
    },
    error: (cause: unknown) => {
      console.error(cause);
      process.exit(1);
    },
  });
  setInterval(() => {
    if (acked === 0) return;
    process.send?.(acked);
    acked = 0;
  }, TELL_MS);
});
process.on("disconnect", () => process.exit(0));
// Connected before anything is measured.
await store.stats("none");
process.send?.("ready");
