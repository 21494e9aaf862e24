/** A consumer in a process of its own. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { fromEvent, type Observable } from "rxjs";

export interface Consumer {
  readonly name: string;
  readonly process: ChildProcess;
  /** A word for each settled job. */
  readonly settled$: Observable<unknown>;
  /** Emits once when the process has ended. */
  readonly exit$: Observable<unknown>;
}

export const spawnConsumer = (name: string, url: string, namespace: string): Consumer => {
  const child = fork(fileURLToPath(new URL("consumer.ts", import.meta.url)), [url, namespace, name]);
  return { name, process: child, settled$: fromEvent(child, "message"), exit$: fromEvent(child, "exit") };
};
