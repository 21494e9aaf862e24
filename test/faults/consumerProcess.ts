/** A consumer in a process of its own, to be killed: says "handled <id> <attempt>" for each message it has settled. */
import * as t from "io-ts";
import { Redis } from "ioredis";
import { timer } from "rxjs";
import { handle, queue, settle } from "sluice";
import { redisStore } from "sluice/redis";

const [, , url = "", namespace = "", workMs = "0"] = process.argv;
const store = redisStore(new Redis(url), { namespace });
const numbers = queue(store, { name: "numbers", codec: t.number, leaseMs: 1_000 });

numbers
  .messages({ prefetch: 20 })
  .pipe(
    handle(() => timer(Number(workMs))),
    settle(),
  )
  .subscribe((s) => process.stdout.write(`handled ${s.message.data} ${s.message.attempt} ${s.outcome._tag}\n`));
