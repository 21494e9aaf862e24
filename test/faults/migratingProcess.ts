/** A process that makes the schema of its store, enqueues one message and ends: says "done". */
import * as t from "io-ts";
import { queue } from "sluice";
import { storeAt } from "./storeAt.js";

const [, , url = "", name = ""] = process.argv;
const store = storeAt({ url, name });
await queue(store, { name: "numbers", codec: t.number }).enqueue(1);
await store.close();
process.stdout.write("done\n");
