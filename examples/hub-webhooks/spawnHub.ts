/** A hub in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { first, firstValueFrom, fromEvent, type Observable, ReplaySubject } from "rxjs";
import type { SharedPlace } from "../place/Place.js";
import type { Setting } from "./hooksHub.js";

export interface HubProcess {
  /** Emits once when it begins to work. */
  readonly ready$: Observable<unknown>;
  /** Emits once when the partner has taken a webhook of it and it does nothing more for that. */
  readonly stands$: Observable<unknown>;
  /** SIGKILL: it has no chance to give anything back. */
  readonly kill9: () => Promise<void>;
  /** Lets it end what it has in hand. */
  readonly stop: () => Promise<void>;
}

/** `standsAfter`: 0 is never. */
export const spawnHub = (
  place: SharedPlace,
  { partnerUrl, seed, paceMs }: Setting,
  standsAfter: number,
): HubProcess => {
  const path = fileURLToPath(new URL("hubProcess.ts", import.meta.url));
  const child = fork(path, [JSON.stringify(place), partnerUrl, seed, String(paceMs), String(standsAfter)]);
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
