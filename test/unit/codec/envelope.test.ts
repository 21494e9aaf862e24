import { runInNewContext } from "node:vm";
import { fc, test } from "@fast-check/vitest";
import { type Either, isLeft, isRight, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { decodePayload, ENVELOPE_VERSION, encodePayload, rawJson } from "../../../src/codec/envelope.js";
import type { SluiceError } from "../../../src/core/SluiceError.js";
import { anything, byTheTable, LOST } from "../../support/fates.js";

const MEBIBYTE = 1024 * 1024;

const encode = <A>(codec: t.Type<A, unknown>, data: A, bytesMax = MEBIBYTE): Either<SluiceError, string> =>
  encodePayload(codec, data, { bytesMax, option: "payloadBytesMax" });

const payloadOf = <A>(codec: t.Type<A, unknown>, data: A): string => {
  const encoded = encode(codec, data);
  if (isLeft(encoded)) throw encoded.left;
  return encoded.right;
};

/** There and back again. */
const delivered = <A>(codec: t.Type<A, unknown>, data: A): unknown => {
  const decoded = decodePayload(codec, payloadOf(codec, data));
  if (isLeft(decoded)) throw new Error(decoded.left.join());
  return decoded.right;
};

const refused = <A>(codec: t.Type<A, unknown>, data: A): ReadonlyArray<string> => {
  const encoded = encode(codec, data);
  if (isRight(encoded)) throw new Error(`encoded as ${encoded.right}`);
  if (encoded.left._tag !== "EncodeRefused") throw encoded.left;
  return encoded.left.report;
};

const poison = (codec: t.Mixed, payload: string): ReadonlyArray<string> => {
  const decoded = decodePayload(codec, payload);
  if (isRight(decoded)) throw new Error(`decoded as ${JSON.stringify(decoded.right)}`);
  return decoded.left;
};

const DateFromISOString = new t.Type<Date, string, unknown>(
  "DateFromISOString",
  (value): value is Date => value instanceof Date,
  (value, context) => {
    const date = new Date(typeof value === "string" ? value : Number.NaN);
    return Number.isNaN(date.getTime()) ? t.failure(value, context) : t.success(date);
  },
  (date) => date.toISOString(),
);

const BigIntFromString = new t.Type<bigint, string, unknown>(
  "BigIntFromString",
  (value): value is bigint => typeof value === "bigint",
  (value, context) =>
    typeof value === "string" && /^-?\d+$/.test(value) ? t.success(BigInt(value)) : t.failure(value, context),
  String,
);

const StringMap = new t.Type<ReadonlyMap<string, number>, ReadonlyArray<unknown>, unknown>(
  "StringMap",
  (value): value is ReadonlyMap<string, number> => value instanceof Map,
  (value, context) => {
    const entries = t.array(t.tuple([t.string, t.number])).decode(value);
    return isRight(entries) ? t.success(new Map(entries.right)) : t.failure(value, context);
  },
  (map) => [...map],
);

interface Tree {
  readonly children: ReadonlyArray<Tree>;
}
const Tree: t.Type<Tree> = t.recursion("Tree", () => t.type({ children: t.readonlyArray(Tree) }));

class MyThing {
  get [Symbol.toStringTag]() {
    return "My Thing v1.0";
  }
}

const nested = (depth: number, open: string, middle: string, close: string): string =>
  open.repeat(depth) + middle + close.repeat(depth);

describe("encodePayload and decodePayload", () => {
  it("prefix plain JSON by one version character", () => {
    expect(payloadOf(t.type({ a: t.number }), { a: 1 })).toBe(`${ENVELOPE_VERSION}{"a":1}`);
    expect(ENVELOPE_VERSION).toHaveLength(1);
  });

  describe("the fate of a value", () => {
    it("of a Date is what its codec encodes it to", () => {
      const date = new Date("2024-02-29T12:00:00.123Z");
      expect(payloadOf(DateFromISOString, date)).toBe('1"2024-02-29T12:00:00.123Z"');
      expect(delivered(DateFromISOString, date)).toEqual(date);
    });

    it("of a Date that is none is a refusal", () => {
      expect(refused(DateFromISOString, new Date(Number.NaN))).toEqual([expect.stringContaining("Invalid time value")]);
      expect(refused(t.unknown, { at: new Date(Number.NaN) })).toEqual(["*: an invalid Date has no JSON form"]);
      expect(refused(t.unknown, runInNewContext("[new Date(NaN)]"))).toEqual(["[0]: an invalid Date has no JSON form"]);
    });

    it("of a bigint is what its codec encodes it to", () => {
      expect(delivered(t.type({ n: BigIntFromString }), { n: 2n ** 80n })).toEqual({ n: 2n ** 80n });
    });

    it("of a bigint that reaches JSON is a refusal", () => {
      expect(refused(t.unknown, { n: 1n })).toEqual([expect.stringMatching(/BigInt/)]);
    });

    it("of a Map is what its codec encodes it to", () => {
      const map = new Map([["a", 1]]);
      expect(delivered(StringMap, map)).toEqual(map);
    });

    it("of an undefined property is to be absent", () => {
      const codec = t.partial({ a: t.union([t.number, t.undefined]), b: t.number });
      expect(payloadOf(codec, { a: undefined, b: 0 })).toBe('1{"b":0}');
      expect(delivered(codec, { a: undefined, b: 0 })).toStrictEqual({ b: 0 });
    });

    it("of undefined, a function or a symbol alone is a refusal", () => {
      for (const data of [undefined, () => 1, Symbol("s")])
        expect(refused(t.unknown, data)).toEqual([expect.stringContaining("no JSON form")]);
    });

    it.each([
      ["undefined", undefined],
      ["function", () => 1],
      ["symbol", Symbol("s")],
    ])("of %s in an array is a refusal that names the place", (kind, value) => {
      expect(refused(t.unknown, { list: [1, value] })).toEqual([`[1]: ${kind} has no JSON form in an array`]);
    });

    it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
      "of %s is a refusal, also deep inside",
      (value) => {
        expect(refused(t.number, value)).toEqual([`value: ${value} has no JSON form`]);
        const Totals = t.type({ a: t.readonlyArray(t.strict({ total: t.number })) });
        expect(refused(Totals, { a: [{ total: value }] })).toEqual([`total: ${value} has no JSON form`]);
        expect(refused(t.array(t.number), [0, value])).toEqual([`[1]: ${value} has no JSON form`]);
      },
    );

    it("of a number without JSON is a refusal that hides names that came with the data", () => {
      interface Balances {
        readonly total: number;
        readonly byOwner: Readonly<Record<string, number>>;
      }
      const Balances: t.Type<Balances> = t.recursion("Balances", () =>
        t.type({ total: t.number, byOwner: t.record(t.string, t.number) }),
      );
      const data = { total: Number.NaN, byOwner: { "ann@example.org": Number.NaN } };
      expect(refused(Balances, data)).toEqual(["total: NaN has no JSON form", "*: NaN has no JSON form"]);
      expect(refused(t.unknown, data)).toEqual(["*: NaN has no JSON form", "*: NaN has no JSON form"]);
    });

    it.each([
      ["Map", new Map([["a", 1]])],
      ["Set", new Set([1])],
      ["RegExp", /a/],
      ["Error", new Error("a")],
    ])("of a %s that its codec does not encode is a refusal that names the place", (name, value) => {
      expect(refused(t.unknown, value)).toEqual([`value: a ${name} has no JSON form`]);
      expect(refused(t.type({ a: t.unknown }), { a: value })).toEqual([`a: a ${name} has no JSON form`]);
      expect(refused(t.unknown, [1, value])).toEqual([`[1]: a ${name} has no JSON form`]);
    });

    it.each<[string, unknown]>([
      ["ArrayBuffer", new ArrayBuffer(2)],
      ["SharedArrayBuffer", new SharedArrayBuffer(2)],
      ["DataView", new DataView(new ArrayBuffer(2))],
      ["Uint8Array", Uint8Array.of(1, 2)],
      ["Float64Array", Float64Array.of(1.5)],
      ["Array Iterator", [1].values()],
      ["Map Iterator", new Map([[1, 2]]).entries()],
      ["Generator", (function* () {})()],
      ["Intl.NumberFormat", new Intl.NumberFormat("en")],
      ["Intl.DateTimeFormat", Object.assign(new Intl.DateTimeFormat("en"), { own: 1 })],
      ["Error", Object.assign(new Error("a"), { code: "E" })],
      ["Map", Object.assign(new Map([[1, 2]]), { own: 1 })],
      ["Promise", Object.assign(Promise.resolve(1), { own: 1 })],
      ["Symbol", Object(Symbol("s"))],
      ["WeakRef", new WeakRef({})],
      ["My Thing v1.0", new MyThing()],
      [
        "Set",
        new (class Tags extends Set<string> {
          own = 1;
        })(["a"]),
      ],
      ["Map", runInNewContext("Object.assign(new Map([[1, 2]]), { own: 1 })")],
    ])("of a %s is a refusal, whatever properties it has", (name, value) => {
      expect(refused(t.unknown, { list: [value] })).toEqual([`[0]: a ${name} has no JSON form`]);
    });

    it.each<[string, unknown]>([
      ["a function", () => 1],
      ["a symbol", Symbol("s")],
    ])("of %s as a property is a refusal", (kind, value) => {
      expect(refused(t.type({ a: t.unknown }), { a: value })).toEqual([`a: ${kind} has no JSON form`]);
    });

    it("of a hole in an array is a refusal", () => {
      const sparse: Array<number> = [1];
      sparse[2] = 3;
      expect(refused(t.unknown, { sparse })).toEqual(["[1]: undefined has no JSON form in an array"]);
    });

    it("of a boxed value is that of what it holds", () => {
      const boxes = { n: new Number(5), s: new String("s"), b: new Boolean(false) };
      expect(delivered(t.unknown, boxes)).toStrictEqual({ n: 5, s: "s", b: false });
      expect(refused(t.unknown, [new Number(Number.NaN)])).toEqual(["[0]: NaN has no JSON form"]);
      expect(refused(t.unknown, [Object(1n)])).toEqual([expect.stringMatching(/BigInt/)]);
      class Odd extends Number {
        get [Symbol.toStringTag]() {
          return "Object";
        }
      }
      expect(refused(t.unknown, [new Odd(Number.NaN)])).toEqual(["[0]: NaN has no JSON form"]);
    });

    it("of names that are symbols, hidden or on an array is to be left out", () => {
      const hidden = Object.defineProperty({ a: 1, [Symbol("s")]: 2 }, "b", { value: 3, enumerable: false });
      expect(delivered(t.unknown, [hidden, Object.assign([1], { own: 2 })])).toStrictEqual([{ a: 1 }, [1]]);
    });

    it("of a refusal is ten lines at most", () => {
      expect(
        refused(
          t.unknown,
          Array.from({ length: 100_000 }, () => Number.NaN),
        ),
      ).toHaveLength(10);
    });

    it("of {}, also without a prototype or of another realm, and of an instance with properties is to arrive as such", () => {
      const data = {
        a: {},
        b: Object.create(null) as unknown,
        c: runInNewContext("({})") as unknown,
        d: [{}],
        e: "{}",
      };
      expect(delivered(t.unknown, data)).toEqual({ a: {}, b: {}, c: {}, d: [{}], e: "{}" });
      class Point {
        x = 1;
      }
      class Filter {
        from?: string;
      }
      expect(delivered(t.unknown, { filter: new Filter() })).toEqual({ filter: {} });
      expect(delivered(t.unknown, [new Point(), {}, new Number(5)])).toEqual([{ x: 1 }, {}, 5]);
    });

    it("of null, and of the text null, is to arrive", () => {
      const data = { a: null, b: [null], c: "null" };
      expect(delivered(t.unknown, data)).toEqual(data);
      expect(delivered(t.null, null)).toBeNull();
    });

    it("of -0 is to arrive as 0", () => {
      expect(Object.is(delivered(t.number, -0), 0)).toBe(true);
    });

    it("of an own __proto__ key is a refusal at enqueue", () => {
      const data: unknown = JSON.parse('{"a":{"__proto__":{"admin":true}}}');
      expect(refused(t.unknown, data)).toEqual(["a property may not be named __proto__"]);
    });

    it.each(['1{"__proto__":{"admin":true}}', '1{"a":[{"\\u005f_proto__":1}]}', '1{"\\u005F\\u005Fproto__":null}'])(
      "of a __proto__ key is poison on delivery: %s",
      (payload) => {
        expect(poison(t.unknown, payload)).toEqual([expect.stringContaining("__proto__")]);
      },
    );

    it("of the text __proto__ as a value is to arrive", () => {
      const data = { a: "__proto__", b: ["x__proto__y"], x__proto__y: 1 };
      expect(delivered(t.unknown, data)).toEqual(data);
    });

    it.each([
      ["NUL", "a\0b"],
      ["a lone high surrogate", "\ud83d"],
      ["a lone low surrogate", "\ude00 "],
      ["an emoji", "\u{1f600}"],
      ["line separators", "\u2028\u2029\r\n"],
      ["quotes and backslashes", '"\\u0041"\\'],
      ["the empty text", ""],
    ])("of %s is to arrive unchanged, as value and as key", (_, text) => {
      expect(delivered(t.string, text)).toBe(text);
      expect(delivered(t.unknown, { [text]: text })).toEqual({ [text]: text });
    });

    it("of lone surrogates is to travel as well-formed text, which UTF-8 keeps", () => {
      const payload = payloadOf(t.string, "\ud83d");
      expect(Buffer.from(payload, "utf8").toString("utf8")).toBe(payload);
    });

    it.each([[[]], [{}], [[[]]], [{ a: [], b: {} }]])("of the empty %j is to arrive unchanged", (data) => {
      expect(delivered(t.unknown, data)).toStrictEqual(data);
    });

    it("of a number beyond 2^53 in foreign JSON is to be rounded", () => {
      expect(decodePayload(t.number, "19007199254740993")).toEqual(right(9007199254740992));
      expect(delivered(t.number, Number.MAX_SAFE_INTEGER)).toBe(Number.MAX_SAFE_INTEGER);
    });

    it("of JSON too deep for the stack is a refusal at enqueue", () => {
      let deep: ReadonlyArray<unknown> = [];
      for (let depth = 0; depth < 200_000; depth++) deep = [deep];
      expect(refused(t.unknown, deep)).toEqual([expect.stringContaining("stack")]);
    });

    it("of JSON too deep for the codec's recursion is poison on delivery", () => {
      expect(poison(Tree as t.Mixed, `1${nested(200_000, '{"children":[', "", "]}")}`)).toEqual([
        expect.stringContaining("stack"),
      ]);
    });

    it("of an object with toJSON is what that answers", () => {
      expect(delivered(t.unknown, { at: { toJSON: () => "then" } })).toEqual({ at: "then" });
      expect(delivered(t.unknown, { at: { toJSON: () => null } })).toEqual({ at: null });
      expect(delivered(t.unknown, { at: new Date(0), to: new URL("http://a/b") })).toEqual({
        at: "1970-01-01T00:00:00.000Z",
        to: "http://a/b",
      });
      const own = {
        a: 1,
        toJSON() {
          return this;
        },
      };
      expect(delivered(t.unknown, { own })).toEqual({ own: { a: 1 } });
      expect(refused(t.unknown, { at: { toJSON: () => undefined } })).toEqual(["*: its toJSON answers undefined"]);
      expect(refused(t.unknown, { at: { toJSON: () => new Map() } })).toEqual(["*: a Map has no JSON form"]);
      expect(refused(t.unknown, { at: { toJSON: () => Number.NaN } })).toEqual(["*: NaN has no JSON form"]);
    });

    it("that throws where it is looked at is a refusal", () => {
      const thrower = (): never => {
        throw new Error("no");
      };
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      for (const hostile of [
        {
          get a() {
            return thrower();
          },
        },
        new Proxy({}, { ownKeys: thrower }),
        { toJSON: thrower },
      ])
        expect(refused(t.unknown, { hostile })).toEqual(["encoding failed: no"]);
      expect(refused(t.unknown, { proxy })).toEqual([expect.stringMatching(/^encoding failed: /)]);
    });
  });

  test.prop([fc.jsonValue()])("bring back every JSON value", (data) => {
    // -0 and own __proto__ keys are rows of the table above.
    const plain: unknown = JSON.parse(JSON.stringify(data));
    fc.pre(!JSON.stringify(data).includes("__proto__"));
    expect(delivered(t.unknown, data)).toEqual(plain);
  });

  test.prop([fc.string({ unit: "binary" })])("bring back every text of any UTF-16 units", (text) => {
    expect(delivered(t.string, text)).toBe(text);
  });

  test.prop([fc.string(), fc.boolean()])("never throw for any payload at all", (text, versioned) => {
    const decoded = decodePayload(t.type({ a: t.string }), versioned ? ENVELOPE_VERSION + text : text);
    expect(isLeft(decoded) || typeof decoded.right.a === "string").toBe(true);
  });

  test.prop([anything], { numRuns: 300 })("bring back whatever they take, and refuse what would be lost", (data) => {
    const encoded = encode(t.unknown, data);
    const arrives = byTheTable(data);
    if (isRight(encoded)) expect(decodePayload(t.unknown, encoded.right)).toStrictEqual(right(arrives));
    else {
      expect(encoded.left._tag).toBe("EncodeRefused");
      expect(arrives).toBe(LOST);
    }
  });
});

describe("encodePayload", () => {
  const Order = t.type({ id: t.string, total: t.number });

  it("refuses what its codec refuses, by path and kind, without the value", () => {
    expect(refused(Order, { id: "o-1", total: "secret" } as unknown as t.TypeOf<typeof Order>)).toEqual([
      "total: expected number, got string",
    ]);
  });

  it("refuses what its codec decodes but does not take for its own", () => {
    expect(refused(DateFromISOString, "2024-01-01T00:00:00Z" as unknown as Date)).toEqual([
      "the value is not a DateFromISOString",
    ]);
  });

  it("refuses where the codec itself throws, and says what it threw", () => {
    const throwing = new t.Type<string>("Throwing", t.string.is, t.string.validate, () => {
      throw new Error("no encoder today");
    });
    expect(refused(throwing, "x")).toEqual(["encoding failed: no encoder today"]);
  });

  it("refuses a cycle", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(refused(t.unknown, cycle)).toEqual([expect.stringMatching(/circular/)]);
  });

  it("counts the JSON in UTF-8 bytes: the limit itself fits, one byte more does not", () => {
    // Quotes take 2 bytes, "é" 2, "注" 3, the emoji 4.
    for (const [text, bytes] of [
      ["abcdefgh", 10],
      ["éééé", 10],
      ["注文注", 11],
      ["\u{1f600}\u{1f600}", 10],
      ["\0a", 9],
      ["\ud83d", 8],
    ] as const) {
      expect(isRight(encode(t.string, text, bytes)), text).toBe(true);
      expect(encode(t.string, text, bytes - 1), text).toEqual(
        left(expect.objectContaining({ _tag: "PayloadTooLarge", bytes, bytesMax: bytes - 1 })),
      );
    }
  });

  it("does not change what it is given", () => {
    const data = Object.freeze({ list: Object.freeze([null, 1]), __proto: "x" });
    payloadOf(t.unknown, data);
    expect(data).toEqual({ list: [null, 1], __proto: "x" });
  });
});

describe("decodePayload", () => {
  it.each(["2{}", "0{}", "{}", "", " 1{}", "\0"])("names an unknown envelope version as poison: %j", (payload) => {
    expect(poison(t.unknown, payload)).toEqual([
      expect.stringMatching(/^envelope version .*another version of Sluice/),
    ]);
  });

  it.each(['1{"a":', "1", "1{]", "1undefined", "1NaN", '1"\n"', "1{} trailing", "11 2"])(
    "calls what is not JSON, or cut off, poison: %j",
    (payload) => {
      expect(poison(t.unknown, payload)).toEqual([expect.stringMatching(/^not decodable: /)]);
    },
  );

  it("reports what its codec refuses, without the text of the payload", () => {
    const report = poison(
      t.type({ card: t.type({ number: t.number }), name: t.string }),
      '1{"card":{"number":"4111111111111111"},"name":null}',
    );
    expect(report).toEqual(["card.number: expected number, got string", "name: expected string, got null"]);
  });

  it.each([
    '1{"card":"4111111111111111",oops',
    "1x4111111111111111",
    '1"4111111111111111',
    '1{"a":1} 4111111111111111',
  ])("shows no payload text where the JSON is broken: %j", (payload) => {
    expect(poison(t.unknown, payload).join()).not.toContain("4111");
  });

  it("calls it poison where the codec itself throws", () => {
    const throwing = new t.Type<unknown>(
      "Throwing",
      (_): _ is unknown => true,
      () => {
        throw new Error("no decoder today");
      },
      (data) => data,
    );
    expect(poison(throwing, "1{}")).toEqual(["not decodable: no decoder today"]);
  });

  it("decodes by the codec, defaults and conversions included", () => {
    expect(decodePayload(t.type({ at: DateFromISOString }), '1{"at":"2024-01-01T00:00:00.000Z"}')).toEqual(
      right({ at: new Date("2024-01-01T00:00:00.000Z") }),
    );
  });
});

describe("rawJson", () => {
  it("reads the JSON of any envelope version", () => {
    expect(rawJson('0{"a":1}')).toEqual({ a: 1 });
    expect(rawJson('9{"a":1}')).toEqual({ a: 1 });
  });

  it("is undefined where there is no JSON, or a __proto__ key in it", () => {
    for (const payload of ["", "1", "1{", '1{"__proto__":1}']) expect(rawJson(payload)).toBeUndefined();
  });
});
