import { describe, expect, inject, it, vi } from "vitest";
import { readSnippets, writeSnippets } from "../scripts/support/snippets.js";
import { postgresUrl } from "./support/postgresUrl.js";

/** What snippets registered with a test runner: run here, since tests cannot be registered within a test. */
const registered: Array<Promise<unknown>> = [];
vi.mock("node:test", () => ({
  describe: (_: string, body: () => void) => body(),
  it: (_: string, run: () => Promise<void>) => registered.push(run()),
}));

const snippets = readSnippets();
writeSnippets(snippets);

describe("the code in the pages and in the doc comments", () => {
  it("has a module of its own for every block", () => {
    expect(new Set(snippets.map(({ path }) => path)).size).toBe(snippets.length);
  });

  it.each(snippets.filter(({ runs }) => runs))(
    "runs: $origin",
    async ({ path, needs }) => {
      for (const method of ["log", "info", "warn", "error"] as const) vi.spyOn(console, method).mockReturnValue();
      vi.stubEnv("REDIS_URL", needs === "redis" ? inject("redisUrl") : undefined);
      vi.stubEnv("POSTGRES_URL", needs === "postgres" ? await postgresUrl() : undefined);
      try {
        await import(/* @vite-ignore */ path);
        await Promise.all(registered.splice(0));
      } finally {
        vi.unstubAllEnvs();
      }
    },
    10_000,
  );
});
