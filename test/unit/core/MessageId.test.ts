import { describe, expect, it } from "vitest";
import { newMessageId, parseMessageId } from "../../../src/core/MessageId.js";

const V4 = "9b2f7f3e-8a1c-4d5e-9f00-0123456789ab";

describe("newMessageId", () => {
  it("makes UUIDs of version 7 in lower case, all different, in the order of their making", () => {
    const ids = Array.from({ length: 1_000 }, newMessageId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(ids);
  });
});

describe("parseMessageId", () => {
  it("takes a UUID of any version and folds upper case", () => {
    expect(parseMessageId(V4)).toBe(V4);
    expect(parseMessageId(V4.toUpperCase())).toBe(V4);
  });

  it.each(["", "order-7", V4.slice(1), `${V4}0`, ` ${V4}`, `${V4}\n`, `{${V4}}`, V4.replaceAll("-", "")])(
    "answers undefined for %j",
    (text) => {
      expect(parseMessageId(text)).toBeUndefined();
    },
  );
});
