import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { checkHeaders, checkId, checkKey, HEADERS_BYTES_MAX, KEY_BYTES_MAX } from "../../../src/codec/parts.js";

const refusal = (option: string, message: RegExp): unknown =>
  expect.objectContaining({ _tag: "InvalidConfig", option, message: expect.stringMatching(message) as string });

const fromJson = (json: string): Readonly<Record<string, string>> => JSON.parse(json) as Record<string, string>;

describe("checkKey", () => {
  it.each(["", "c-1", "a{b}\n\0", "x".repeat(512), "é".repeat(256), "\u{1f600}".repeat(128), "\ud83d".repeat(170)])(
    "takes any text of up to 512 bytes: %j",
    (key) => {
      expect(checkKey("key", key)).toBe(key);
    },
  );

  it.each(["x".repeat(513), "é".repeat(257), `${"\u{1f600}".repeat(128)}x`, "\ud83d".repeat(171)])(
    "refuses more, counted in UTF-8: %j",
    (key) => {
      expect(() => checkKey("key", key)).toThrow(refusal("key", /512 UTF-8 bytes; hash longer ones/));
    },
  );

  it.each([7, null, undefined, ["a"], {}])("refuses what is no text: %j", (key) => {
    expect(() => checkKey("dedupe.id", key as string)).toThrow(refusal("dedupe.id", /^dedupe\.id must be a text/));
  });

  test.prop([fc.string({ unit: "binary", maxLength: 600 })])("takes exactly what has at most 512 bytes", (key) => {
    const taken = (): boolean => {
      try {
        return checkKey("key", key) === key;
      } catch {
        return false;
      }
    };
    expect(taken()).toBe(Buffer.byteLength(key) <= KEY_BYTES_MAX);
  });
});

describe("checkHeaders", () => {
  it("copies the headers, so that a later change of the caller's object changes nothing", () => {
    const headers: Record<string, string> = { trace: "1" };
    const checked = checkHeaders(headers);
    headers["trace"] = "2";
    expect({ ...checked }).toEqual({ trace: "1" });
  });

  it("gives the copy no prototype: names of Object.prototype are ordinary names", () => {
    const checked = checkHeaders({ constructor: "c", toString: "t" });
    expect(Object.getPrototypeOf(checked)).toBeNull();
    expect(Object.keys(checked)).toEqual(["constructor", "toString"]);
    expect(checkHeaders({})["toString"]).toBeUndefined();
  });

  it("takes own properties only", () => {
    expect({ ...checkHeaders(Object.create({ inherited: "x" }) as Record<string, string>) }).toEqual({});
  });

  it("takes empty names and values, and any text", () => {
    expect({ ...checkHeaders({ "": "", "a\nb": "\0" }) }).toEqual({ "": "", "a\nb": "\0" });
  });

  it("refuses an own __proto__", () => {
    expect(() => checkHeaders(fromJson('{"__proto__":"x"}'))).toThrow(refusal("headers", /__proto__/));
  });

  it.each([7, null, undefined, {}, ["a"]])("refuses a value that is no text, by its name: %j", (value) => {
    expect(() => checkHeaders({ trace: value as string })).toThrow(
      refusal("headers", /^headers\.trace must be a text/),
    );
  });

  it("takes 8 KiB of names and values together, counted in UTF-8, and refuses one byte more", () => {
    const value = "é".repeat((HEADERS_BYTES_MAX - 4) / 2);
    expect(checkHeaders({ a: value, b: "12" })["a"]).toBe(value);
    expect(() => checkHeaders({ a: value, b: "123" })).toThrow(
      refusal("headers", new RegExp(`${HEADERS_BYTES_MAX + 1} bytes, at most ${HEADERS_BYTES_MAX}`)),
    );
  });
});

describe("checkId", () => {
  const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

  it("takes a UUID and folds upper case", () => {
    expect(checkId(ID)).toBe(ID);
    expect(checkId(ID.toUpperCase())).toBe(ID);
  });

  it.each(["", "order-7", `${ID} `, 7, null, undefined, {}])("refuses %j and points to dedupe", (id) => {
    expect(() => checkId(id as string)).toThrow(refusal("id", /must be a UUID.*dedupe/));
  });
});
