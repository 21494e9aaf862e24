/** A broker in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { first, firstValueFrom, fromEvent, type Observable, ReplaySubject } from "rxjs";
import type { SharedPlace } from "../place/Place.js";

export interface BrokerProcess {
  /** Emits once when it begins to work. */
  readonly ready$: Observable<unknown>;
  /** Emits once when it has charged an order and does nothing more for it. */
  readonly stands$: Observable<unknown>;
  /** SIGKILL: it has no chance to give anything back. */
  readonly kill9: () => Promise<void>;
  /** Lets it end what it has in hand. */
  readonly stop: () => Promise<void>;
}

interface Spawning {
  readonly paceMs: number;
  /** After so many charges it stands still. Default: never. */
  readonly standsAfter?: number;
}

export const spawnBroker = (place: SharedPlace, { paceMs, standsAfter = 0 }: Spawning): BrokerProcess => {
  const path = fileURLToPath(new URL("brokerProcess.ts", import.meta.url));
  const child = fork(path, [JSON.stringify(place), String(paceMs), String(standsAfter)]);
  const words$ = new ReplaySubject<unknown>(2);
  child.on("message", (word) => words$.next(word));
  child.on("exit", () => words$.complete());
  return {
    ready$: words$.pipe(first((word) => word === "ready")),
    stands$: words$.pipe(first((word) => word === "stands")),
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
