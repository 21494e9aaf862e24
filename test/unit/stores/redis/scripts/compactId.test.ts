import { describe, expect, it } from "vitest";
import { newMessageId } from "../../../../../src/core/MessageId.js";
import { compactId, wholeId } from "../../../../../src/stores/redis/scripts/compactId.js";

describe("a compact id", () => {
  it("is a UUID without its dashes, and the UUID again", () => {
    const id = "019a1b2c-3d4e-7f50-8a61-b2c3d4e5f607";
    expect(compactId(id)).toBe("019a1b2c3d4e7f508a61b2c3d4e5f607");
    for (const each of [id, id.toUpperCase(), newMessageId()]) expect(wholeId(compactId(each))).toBe(each);
  });

  it.each(["", "-", "short", "?".repeat(31), "x".repeat(33), `${"-".repeat(31)}`, "x".repeat(36)])(
    "leaves %j, which is no UUID, as it is",
    (text) => {
      expect(compactId(text)).toBe(text);
      expect(wholeId(text)).toBe(text);
    },
  );

  it("of an unknown record with the length of one comes back as what it was", () => {
    const digits = "?".repeat(32);
    expect(compactId(wholeId(digits))).toBe(digits);
  });
});
