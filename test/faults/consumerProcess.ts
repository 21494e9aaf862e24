/** A consumer in a process of its own, to be killed: says "handled <n> <attempt>" for each message just before it is settled. */
import * as t from "io-ts";
import { Redis } from "ioredis";
import { tap, timer } from "rxjs";
import { handle, queue, settle } from "sluice";
import { redisStore } from "sluice/redis";

const [, , url = "", namespace = "", workMs = "0"] = process.argv;
const store = redisStore(new Redis(url), { namespace });
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
