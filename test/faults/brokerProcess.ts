/**
 * A broker in a process of its own, to be killed, and a writer beside it where it is told so. It misses hints and replies by chance, and dies
 * at an event that kills its process. Says "again <n> <target>" where a handler runs for an event that was acked before, and "failed <error>"
 * where its run ends with one.
 */
import { concatMap, defer, repeat, timer } from "rxjs";
import { eventLog } from "sluice/log";
import { randomOf } from "../../src/core/Random.js";
// By itself: `sluice/testing` has much more, and these processes are started often.
import { faultyStore } from "../../src/testing/faultyStore.js";
import { noted, stepped, steps, worldOn } from "../broker/faults/world.js";
import { storeAt } from "./storeAt.js";

const [, , url = "", name = "", role = "", seed = ""] = process.argv;
const random = randomOf(seed);
const dice = (max: number): number => Math.floor(random() * max);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { store, faults } = faultyStore(storeAt({ url, name }));

/** An event of this number kills whoever handles it in its own stream's line. */
const DEADLY = -1;
const STREAMS = 12;

if (role === "writes too") {
  const log = eventLog(store, steps);
  defer(() => timer(dice(20)))
    .pipe(
      concatMap(() => {
        const some = Array.from({ length: 1 + dice(4) }, () => (dice(5) === 0 ? noted("x") : stepped(dice(10_000))));
        return log.append(`item/${dice(STREAMS)}`, some).retry({ attemptsMax: 1_000 });
      }),
      repeat(),
    )
    .subscribe({ error: (error: unknown) => say(`failed ${String(error)}`) });
}

timer(500, 1_000).subscribe(() => {
  if (dice(2) === 0) faults.dropHints();
  if (dice(2) === 0) faults.dropReply(2);
});

worldOn(store, {
  leaseMs: 1_500,
  attemptsMax: role === "dies" ? 3 : 1_000,
  slowMs: 3,
  // Two failures and a death would be three attempts of an event that kills nobody.
  fails: (n, attempt) => role !== "dies" && n % 13 === 0 && attempt < 3,
  again: (n, stream) => say(`again ${n} ${stream}`),
  begins: (n, stream, attempt) => {
    if (n !== DEADLY || !stream.startsWith("item/")) return undefined;
    say(`dies ${attempt}`);
    // Once the line is written.
    return new Promise(() => process.stdout.write("", () => process.kill(process.pid, "SIGKILL")));
  },
})
  .run({ concurrency: 10 })
  .subscribe({ error: (error: unknown) => say(`failed ${String(error)}`) });
say("runs");
