/** From a log that is full to the last acknowledgement: correlation and delivery at once, by one process and by several. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { redisStore } from "sluice/redis";
import { type Bench, type Measured, rate, timed, withDeadline } from "../bench.js";
import { reactionLanesOf } from "../contestants/reactionLanes.js";
import type { ReactionsLane } from "../contestants/reactions.js";
import { interleave, type Lane, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";
import { Reacted } from "./reacted.js";

const REACTOR = fileURLToPath(new URL("../reactor.ts", import.meta.url));
const TARGETS = 500;
const PROCESSES = [1, 2, 4];

interface Reactor {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

/** @param onAcked told how many more events one process has acknowledged */
const startReactor = async (
  url: string,
  { onAcked, onFailed }: { readonly onAcked: (count: number) => void; readonly onFailed: (cause: unknown) => void },
): Promise<Reactor> => {
  const child: ChildProcess = fork(REACTOR, [url, `${TARGETS}`]);
  const ended = once(child, "exit");
  const failed = ended.then(() => {
    throw new Error("a process with a broker ended");
  });
  failed.catch(onFailed);
  await Promise.race([once(child, "message"), failed]);
  child.on("message", (count: number) => onAcked(count));
  return {
    start: () => child.send("start"),
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
};

const inProcesses = async (bench: Bench, processes: number): Promise<number> => {
  const { reacted: events } = bench.sizes;
  const { url } = bench.redis;
  await bench.redis.clear();
  const { fill } = await import("../contestants/sluiceReactions.js");
  const store = redisStore(url, { namespace: "bench" });
  await fill(store, events);
  await store.close();
  let acked = 0;
  let [resolve, reject] = [(): void => {}, (_cause: unknown): void => {}];
  const all = new Promise<void>((done, failed) => {
    [resolve, reject] = [done, failed];
  });
  all.catch(() => {});
  const onAcked = (count: number): void => {
    acked += count;
    if (acked > events) reject(new Error(`${acked} acknowledgements of ${events} events`));
    if (acked === events) resolve();
  };
  const reactors = await Promise.all(
    Array.from({ length: processes }, () => startReactor(url, { onAcked, onFailed: reject })),
  );
  const elapsedMs = await timed(() => {
    for (const reactor of reactors) reactor.start();
    return withDeadline(all, () => `${acked} of ${events} reactions`);
  });
  await Promise.all(reactors.map((reactor) => reactor.stop()));
  return rate(events, elapsedMs);
};

/** In this process. Few events of act: its figure would take minutes. */
const inOne = async (bench: Bench, lane: ReactionsLane): Promise<number> => {
  const events = lane.id.startsWith("act") ? bench.sizes.reactedInOrder : bench.sizes.reacted;
  await bench.redis.clear();
  const reacted = new Reacted(TARGETS, true);
  const reactions = await lane.open({ events, streams: TARGETS, onReaction: reacted.mark });
  globalThis.gc?.();
  const elapsedMs = await timed(() => withDeadline(reactions.catchUp(), () => `${lane.id}: reactions`));
  reacted.assertAll(events);
  await reactions.close();
  return rate(events, elapsedMs);
};

export const together = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const others = (await reactionLanesOf(bench)).filter(({ id }) => id !== "bullmq" && id !== "sluice");
  const named: ReadonlyArray<Lane & { readonly name: string }> = [
    ...(bench.peers.includes("sluice") ? PROCESSES : []).map((processes) => ({
      id: `sluice-${processes}`,
      name: `Sluice, ${processes} process${processes === 1 ? "" : "es"}`,
      run: async () => ({ rate: await inProcesses(bench, processes) }),
    })),
    ...others.map((lane) => ({ id: lane.id, name: lane.name, run: async () => ({ rate: await inOne(bench, lane) }) })),
  ];
  const figures = await interleave(bench, "brokers", warmUpsOf(bench, bench.sizes.reacted), named);
  await bench.redis.clear();
  return [
    measured(figures, "rate", named, {
      id: "broker-together",
      title: `Correlation and delivery together, ${TARGETS} targets`,
      unit: "events/s",
      better: "higher",
      base: "sluice-1",
      ratio: "it ÷ base",
    }),
  ];
};
