/** Runs an example as its command does: in a process of its own, from the root of the project. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  /** Resolves once it has printed this text, and rejects if it ends before. */
  readonly said: (text: string) => Promise<void>;
  /** As Ctrl+C does. */
  readonly interrupt: () => void;
  /** SIGTERM, as a process manager does. */
  readonly terminate: () => void;
  readonly kill9: () => void;
  /** As `head` does when it has enough: what is printed from now on has no reader. */
  readonly hangUp: () => void;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What an example sees of the environment: not the settings of the test runner. */
const environment = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _options, REDIS_URL: _redis, POSTGRES_URL: _postgres, ...others } = process.env;
  return others;
};

export const startExample = (
  path: string,
  args: ReadonlyArray<string> = [],
  settings: Readonly<Record<string, string>> = {},
): Running => {
  const child = spawn(process.execPath, ["--import", "tsx", `examples/${path}`, ...args], {
    cwd: root,
    env: { ...environment(), ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  const kill9 = (): void => {
    child.kill("SIGKILL");
  };
  onTestFinished(async () => {
    kill9();
    await ended;
  });
  return {
    ended,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.stdout.includes(text)) resolve();
        };
        look();
        child.stdout.on("data", look);
        child.on("close", () => reject(new Error(`It never said ${JSON.stringify(text)}: ${JSON.stringify(output)}`)));
      }),
    interrupt: () => {
      child.kill("SIGINT");
    },
    terminate: () => {
      child.kill("SIGTERM");
    },
    kill9,
    hangUp: () => {
      child.stdout.destroy();
    },
  };
};

export const runExample = (path: string, args?: ReadonlyArray<string>): Promise<Ended> =>
  startExample(path, args).ended;
