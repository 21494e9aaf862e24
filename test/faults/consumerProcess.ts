/** A consumer in a process of its own, to be killed: says "handled <n> <attempt>" for each message just before it is settled. */
import * as t from "io-ts";
import { tap, timer } from "rxjs";
import { handle, queue, settle } from "sluice";
import { storeAt } from "./storeAt.js";

const [, , url = "", name = "", workMs = "0"] = process.argv;
const store = storeAt({ url, name });
const numbers = queue(store, { name: "numbers", codec: t.number, leaseMs: 1_000 });

numbers
  .messages({ prefetch: 20 })
  .pipe(
    handle(({ data, attempt }) =>
      timer(Number(workMs)).pipe(tap(() => process.stdout.write(`handled ${data} ${attempt}\n`))),
    ),
    settle(),
  )
  .subscribe();
