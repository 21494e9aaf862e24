/**
 * A hub in a process of its own, to be killed: emits and delivers. Its handlers write down what they did; one of them kills the process at a
 * deadly event. Says "runs" when it does, and "failed <error>" where its run ends with one.
 */
import { concatMap, defer, repeat, timer } from "rxjs";
import { worldOn } from "../hub/world.js";
import { storeAt } from "./storeAt.js";

const [, , url = "", name = "", role = ""] = process.argv;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const store = storeAt({ url, name });
const world = worldOn(store, {
  deadly: () => {
    process.kill(process.pid, "SIGKILL");
  },
});

if (role === "emits too") {
  let n = 0;
  defer(() => timer(2))
    .pipe(
      concatMap(() => world.emit([{ n: n++ }, { n: n++, both: true }])),
      repeat(),
    )
    .subscribe({ error: (error: unknown) => say(`failed ${String(error)}`) });
}
world.run({ concurrency: 20 }).subscribe({ error: (error: unknown) => say(`failed ${String(error)}`) });
say("runs");
