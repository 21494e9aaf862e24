import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const src = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

// IOREDIS=5 runs the same tests with the older of the two drivers.
const drivers = process.env["IOREDIS"] === "5" ? [{ find: /^ioredis$/, replacement: "ioredis5" }] : [];

export default defineConfig({
  resolve: {
    alias: [
      ...drivers,
      { find: /^sluice$/, replacement: src("entries/index.ts") },
      { find: /^sluice\/([a-z]+)$/, replacement: src("entries/$1.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "bench/**", "dist/**"],
    globalSetup: ["test/support/redisGlobal.ts", "test/support/postgresGlobal.ts"],
    pool: "forks",
    // A file that had a process of its own would load the whole library anew, which takes a second for each of more than two hundred.
    isolate: false,
    // Vitest leaves one core to itself, so that of two only one would work; but files wait for servers more than they compute.
    maxWorkers: Math.max(2, availableParallelism()),
    retry: 0,
    testTimeout: 10_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    unstubGlobals: true,
    restoreMocks: true,
    coverage: { provider: "v8", include: ["src/**/*.ts"], exclude: ["src/**/*.generated.ts"] },
  },
});
