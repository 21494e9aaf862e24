/** One section of the benchmark, in the process and on the server that it has for itself; `apart.ts` starts it. Its argument: a `Task`. */

import type { Findings, Task } from "./apart.js";
import { QUICK_SIZES, SIZES } from "./bench.js";
import { hasQueues, load } from "./contestants/index.js";
import { startRedis } from "./redis.js";
import { SECTIONS } from "./sections.js";

const { section, peers, rounds, quick } = JSON.parse(process.argv[2] ?? "") as Task;

const measure = async (): Promise<Findings> => {
  const contestants = await Promise.all(peers.filter(hasQueues).map(load));
  const redis = await startRedis();
  try {
    const sizes = quick ? QUICK_SIZES : SIZES;
    const progress = (line: string): void => console.error(line);
    return {
      redis: redis.version,
      measures: await SECTIONS[section]({ redis, peers, contestants, rounds, sizes, progress }),
    };
  } finally {
    await redis.stop();
  }
};

// The server and its folder go when this process exits, so it has to exit. Without the one that asked, nobody wants to know.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
process.once("disconnect", () => process.exit(1));
measure().then(
  (findings) => process.send?.(findings, () => process.exit(0)),
  (cause: unknown) => {
    console.error(cause);
    process.exit(1);
  },
);
