import { describe, expect, inject, it } from "vitest";
import { keysOf } from "./redisNamespace.js";
import { runExample } from "./runExample.js";

describe("crash recovery", () => {
  it("loses no job of a consumer that is killed", { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await runExample("03-crash-recovery/main.ts", ["--redis", inject("redisUrl")]);

    expect(stderr).toBe("");
    const jobs = [...stdout.matchAll(/^job +(\d+) {2}attempt (\d) {2}(doomed|survivor)$/gm)];
    expect(jobs.map(([, job]) => Number(job))).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const again = jobs.filter(([, , attempt]) => attempt === "2");
    expect(again.length).toBeGreaterThan(0);
    expect(again.every(([, , , consumer]) => consumer === "survivor")).toBe(true);
    expect(stdout).toContain(`40 jobs, 0 lost, 40 acked, ${again.length} delivered again after the kill`);
    expect(code).toBe(0);
    expect(await keysOf("{sluice-crash-recovery-*")).toEqual([]);
  });

  it("says what it needs where there is no Redis", { timeout: 60_000 }, async () => {
    const { code, stderr } = await runExample("03-crash-recovery/main.ts");

    expect(stderr).toContain("required option '--redis <url>' not specified");
    expect(code).toBe(1);
  });
});
