/**
 * Measures a section in a process of its own, one after the other: what one leaves behind (compiled code that has seen
 * other shapes, a grown heap, a server that was full once) must not be the others' figure.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Measured } from "./bench.js";
import type { PeerId } from "./contestants/contestant.js";
import type { Section } from "./sections.js";

const SECTION = fileURLToPath(new URL("./section.ts", import.meta.url));

export interface Task {
  readonly section: Section;
  readonly peers: ReadonlyArray<PeerId>;
  readonly rounds: number;
  readonly quick: boolean;
}

export interface Findings {
  /** The version of the server. */
  readonly redis: string;
  readonly measures: ReadonlyArray<Measured>;
}

/** Rejects where the process ends without findings; unless something killed it, it has said why. */
export const apart = (task: Task): Promise<Findings> =>
  new Promise((resolve, reject) => {
    const child = fork(SECTION, [JSON.stringify(task)]);
    child.on("message", (findings: Findings) => resolve(findings));
    child.on("error", reject);
    child.on("exit", (code, signal) =>
      reject(new Error(`the section "${task.section}" failed: it ended by ${signal ?? `code ${code}`}`)),
    );
  });
