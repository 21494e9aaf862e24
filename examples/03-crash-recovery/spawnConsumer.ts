/** A consumer in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { filter, first, firstValueFrom, fromEvent, type Observable } from "rxjs";
import type { SharedPlace } from "../place/Place.js";

export interface Consumer {
  /** Emits once when it begins to consume. */
  readonly ready$: Observable<unknown>;
  /** The outcome of each settled job. */
  readonly settled$: Observable<unknown>;
  /** SIGKILL: it has no chance to give anything back. */
  readonly kill9: () => Promise<void>;
  /** Lets it end what it has in hand. */
  readonly stop: () => Promise<void>;
}

export const spawnConsumer = (name: string, place: SharedPlace): Consumer => {
  const child = fork(fileURLToPath(new URL("consumer.ts", import.meta.url)), [JSON.stringify(place), name]);
  const words$ = fromEvent(child, "message", (word: unknown) => word);
  return {
    ready$: words$.pipe(first((word) => word === "ready")),
    settled$: words$.pipe(filter((word) => word !== "ready")),
    kill9: () => endBy(child, () => child.kill("SIGKILL")),
    stop: () => endBy(child, () => child.send("stop")),
  };
};

const endBy = async (child: ChildProcess, signal: () => void): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = firstValueFrom(fromEvent(child, "exit"));
  signal();
  await exited;
};
