import { describe, expect, it } from "vitest";
import { encrypted } from "../../examples/06-own-store/encrypted.js";
import { sealWith } from "../../examples/06-own-store/seal.js";
import { memoryStore } from "../../src/stores/memory/memoryStore.js";
import { conformance } from "../../src/testing/conformance/conformance.js";
import { runExample } from "./runExample.js";

const key = Buffer.alloc(32, 7);

conformance(
  "a store of a user's own, which encrypts",
  ({ scheduler }) => ({ store: encrypted(memoryStore({ scheduler }), sealWith(key)) }),
  {
    capabilities: {
      durable: false,
      shared: false,
      virtualTime: true,
      hints: true,
      settlesWhenFull: true,
      exactBytes: false,
    },
    runner: { describe, it },
  },
);

describe("the example of an own store", () => {
  it("keeps no text that can be read, and shows it to the consumer", { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await runExample("06-own-store/main.ts");
    expect(stderr).toBe("");
    expect(stdout.trim().split("\n")).toEqual([
      "the store keeps the text: false",
      "the consumer reads: meet me at noon",
    ]);
    expect(code).toBe(0);
  });
});
