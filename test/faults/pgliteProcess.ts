/** A producer with PGlite in a folder, in a process of its own, to be killed: says "confirmed <n>" of each message that was enqueued. */
import { PGlite } from "@electric-sql/pglite";
import * as t from "io-ts";
import { queue } from "sluice";
import { postgresStore } from "sluice/postgres";

const [, , folder = ""] = process.argv;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const store = postgresStore(await PGlite.create(folder));
const numbers = queue(store, { name: "numbers", codec: t.number });
for (let n = 0; ; n++) {
  await numbers.enqueue(n);
  say(`confirmed ${n}`);
}
