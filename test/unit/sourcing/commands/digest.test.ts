import * as fc from "fast-check";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../src/sourcing/commands/digest.js";

const digest = (command: unknown): string => {
  const made = digestOf(command);
  if (isRight(made)) return made.right;
  throw made.left;
};

class Pay {
  constructor(readonly total: number) {}
}

describe("the digest of a command", () => {
  it("is short, and the same for the same data in any order of properties", () => {
    expect(digest({ a: 1, b: { c: [1, 2], d: "x" } })).toMatch(/^[\w-]{22}$/);
    expect(digest({ a: 1, b: { c: [1, 2], d: "x" } })).toBe(digest({ b: { d: "x", c: [1, 2] }, a: 1 }));
    expect(digest({ a: 1, b: undefined })).toBe(digest({ a: 1 }));
    expect(digest(new Pay(1))).toBe(digest({ total: 1 }));
    expect(digest(0)).toBe(digest(-0));
  });

  it("tells apart all that differs, also by kind", () => {
    const values: ReadonlyArray<unknown> = [
      ...["", "1", "null", "a", "A", "1n"],
      ...[0, 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, true, false, null, undefined],
      ...[[], [1], [1, 2], [2, 1], [[1], 2], [[1, 2]], ["1,2"], [undefined], [null]],
      ...[{}, { a: 1 }, { a: "1" }, { a: { b: 1 } }, { "a:1,b": 1 }, { a: 1, b: 1 }],
      ...[new Date(1), new Date(2), new Date(Number.NaN), new URL("a:b"), new URL("a:c"), Buffer.from("a")],
      ...[new Map(), new Map([["a", 1]]), new Map([["a", 2]]), new Set(), new Set([1]), new Set([2])],
      ...[new Uint8Array([1]), new Uint8Array([2])],
    ];
    expect(new Set(values.map(digest)).size).toBe(values.length);
  });

  it("is the same exactly where the JSON values are", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(digest(one)).toBe(digest(structuredClone(one)));
        if (JSON.stringify(one) !== JSON.stringify(other) && typeof one !== "object")
          expect(digest(one)).not.toBe(digest(other));
      }),
    );
  });

  it("is refused for what is no data, and shows nothing of it", () => {
    const cyclic: Record<string, unknown> = { secret: "4111" };
    cyclic["self"] = cyclic;
    const hostile = {
      secret: "4111",
      get odd(): never {
        throw new Error("getter");
      },
    };
    const hidden = [/a/, new Error("4111"), new ArrayBuffer(1), Promise.resolve("4111"), new WeakMap()];
    for (const command of [cyclic, hostile, { f: () => 1 }, Symbol("x"), [() => 1], ...hidden, { at: hidden }]) {
      const refused = digestOf(command);
      expect(isLeft(refused) && refused.left._tag).toBe("EncodeRefused");
      expect(JSON.stringify(refused)).not.toContain("4111");
    }
  });

  it("takes a value that stands at two places", () => {
    const shared = { a: 1 };
    expect(digest([shared, shared])).toBe(digest([{ a: 1 }, { a: 1 }]));
  });
});
