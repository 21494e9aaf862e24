import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeText, encodeText } from "../../../../../src/stores/postgres/connection/text.js";

/** Any UTF-16 units, lone surrogates and control characters often. */
const units = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x20 }), fc.integer({ min: 0xd7ff, max: 0xe000 }), fc.nat(0xffff)))
  .map((codes) => String.fromCharCode(...codes));

describe("a text on its way to Postgres", () => {
  property.prop([units])("comes back as it was given", (text) => {
    expect(decodeText(encodeText(text))).toBe(text);
  });

  property.prop([units])("has nothing that Postgres refuses, and nothing that parts records", (text) => {
    const encoded = encodeText(text);
    expect(encoded.isWellFormed()).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that may not be there
    expect(encoded.slice(1)).not.toMatch(/[\0\u0001\u001d-\u001f]/);
  });

  property.prop([units, units])("is no other's", (one, other) => {
    expect(encodeText(one) === encodeText(other)).toBe(one === other);
  });

  it("stands as it is where nothing hinders", () => {
    for (const text of ["", "é🦊", "\t\n", "\u007f", "{}"]) expect(encodeText(text)).toBe(text);
  });

  it("takes two characters for a control character, so that a key of them fits into an index", () => {
    expect(encodeText("\0".repeat(512))).toHaveLength(1 + 2 * 512);
  });
});
