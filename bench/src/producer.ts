/** A second process that enqueues as many orders as it is told to, in one chunk each time. Its arguments: contestant, url, queue. */

import type { ContestantId } from "./contestants/contestant.js";
import { load } from "./contestants/index.js";
import { ordersFrom } from "./payload.js";

export interface Ask {
  readonly first: number;
  readonly count: number;
}

const [id, url = "", queue = ""] = process.argv.slice(2);
const session = await (await load(id as ContestantId)).open({ url, queue });

process.on("message", ({ first, count }: Ask) => {
  session.enqueueBulk(ordersFrom(first, count)).then(
    () => process.send?.("enqueued"),
    (cause: unknown) => {
      console.error(cause);
      process.exit(1);
    },
  );
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
