/** The scripts as a server gets them. */
import { Redis } from "ioredis";
import { afterAll, describe, expect, inject, it } from "vitest";
import { scriptSource } from "../../../src/stores/redis/scripts/scriptSource.js";
import { type ScriptName, scripts } from "../../../src/stores/redis/scripts/scripts.generated.js";

const admin = new Redis(inject("redisUrl"));
afterAll(() => admin.quit());

describe("a script", () => {
  it.each(Object.keys(scripts) as ReadonlyArray<ScriptName>)(
    "%s compiles, and a server knows it by its sha",
    async (name) => {
      const { sha, lua } = scriptSource(name);
      expect(await admin.script("LOAD", lua)).toBe(sha);
      expect(lua).not.toContain("@include");
      expect(scriptSource(name)).toBe(scriptSource(name));
    },
  );
});
