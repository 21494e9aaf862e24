import { describe, expect, it } from "vitest";
import { keysOf } from "./keysOf.js";
import { mostOf, onPostgres, onRedis, schemasLike } from "./places.js";
import { runExample } from "./runExample.js";

describe("crash recovery", () => {
  it.each(mostOf([onRedis], [onPostgres]))(
    "loses no job of a consumer that is killed %s",
    { timeout: 60_000 },
    async (_, place) => {
      const { code, stdout, stderr } = await runExample("03-crash-recovery/main.ts", await place());

      expect(stderr).toBe("");
      const jobs = [...stdout.matchAll(/^job +(\d+) {2}attempt (\d) {2}(doomed|survivor)$/gm)];
      expect(jobs.map(([, job]) => Number(job))).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      const again = jobs.filter(([, , attempt]) => attempt === "2");
      expect(again.length).toBeGreaterThan(0);
      expect(again.every(([, , , consumer]) => consumer === "survivor")).toBe(true);
      expect(stdout).toContain(`40 jobs, 0 lost, 40 acked, ${again.length} delivered again after the kill`);
      expect(code).toBe(0);
      expect(await keysOf("{sluice-crash-recovery-*")).toEqual([]);
      expect(await schemasLike("sluice_crash_recovery_")).toEqual([]);
    },
  );

  it("says what it needs where no server is given", { timeout: 60_000 }, async () => {
    const { code, stderr } = await runExample("03-crash-recovery/main.ts");

    expect(stderr).toContain("give --redis <url> or --postgres <url>");
    expect(code).toBe(1);
  });
});
