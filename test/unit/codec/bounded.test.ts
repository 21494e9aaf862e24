import { fc, test } from "@fast-check/vitest";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { decodeBounded, ERRORS_MAX } from "../../../src/codec/bounded.js";
import { decodePayload, encodePayload } from "../../../src/codec/envelope.js";
import { reportOf } from "../../../src/codec/report.js";

/** A codec that counts how often it is asked. */
const counting = (codec: t.Mixed) => {
  const asked = { times: 0 };
  const counted = new t.Type<unknown>(
    codec.name,
    (value): value is unknown => codec.is(value),
    (value, context) => {
      asked.times += 1;
      return codec.validate(value, context) as t.Validation<unknown>;
    },
    (value) => value,
  );
  return { asked, counted };
};

const NumberFromString = new t.Type<number, string, unknown>(
  "NumberFromString",
  t.number.is,
  (value, context) =>
    typeof value === "string" && value !== "" && !Number.isNaN(Number(value))
      ? t.success(Number(value))
      : t.failure(value, context),
  String,
);

const Fallback = new t.Type<unknown>(
  "Fallback",
  (_): _ is unknown => true,
  (value) => t.success(value ?? "none"),
  (value) => value,
);

/** Gathers errors of its own, and leads them to places of its own. */
const Foreign = new t.Type<unknown>(
  "Foreign",
  (_): _ is unknown => true,
  (value, context) => t.array(t.number).validate(value, context),
  (value) => value,
);

interface Tree {
  readonly n: number;
  readonly children?: ReadonlyArray<Tree>;
}
const Tree: t.Type<Tree, unknown> = t.recursion("Tree", (self) =>
  t.intersection([t.type({ n: t.number }), t.partial({ children: t.readonlyArray(self) })]),
);

const names = ["a", "b", "c"] as const;

const { codec } = fc.letrec<{ readonly codec: t.Mixed }>((tie) => ({
  codec: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<t.Mixed>(
      t.string,
      t.number,
      t.boolean,
      t.null,
      t.undefined,
      t.unknown,
      t.any as t.Mixed,
      t.never as unknown as t.Mixed,
      t.Int,
      t.literal("x"),
      t.keyof({ x: null, y: null }),
      t.UnknownRecord,
      t.UnknownArray,
      NumberFromString,
      Fallback,
      Foreign,
      Tree,
    ),
    tie("codec").map((item) => t.array(item)),
    tie("codec").map((item) => t.readonlyArray(item)),
    tie("codec").map((item) => t.readonly(item)),
    fc.dictionary(fc.constantFrom(...names), tie("codec")).map((props) => t.type(props)),
    fc.dictionary(fc.constantFrom(...names), tie("codec")).map((props) => t.partial(props)),
    fc.dictionary(fc.constantFrom(...names), tie("codec")).map((props) => t.strict(props)),
    fc.dictionary(fc.constantFrom(...names), tie("codec")).map((props) => t.exact(t.partial(props))),
    tie("codec").map((item) => t.record(t.string, item)),
    tie("codec").map((item) => t.record(t.keyof({ a: null, b: null }), item)),
    tie("codec").map((item) => t.record(NumberFromString as unknown as typeof t.string, item)),
    fc.tuple(tie("codec"), tie("codec")).map((pair) => t.union(pair)),
    fc.tuple(tie("codec"), tie("codec")).map((pair) => t.intersection(pair)),
    fc.tuple(tie("codec"), tie("codec")).map((pair) => t.tuple(pair)),
    fc
      .tuple(tie("codec"), tie("codec"))
      .map(([a, b]) =>
        t.union([t.type({ kind: t.literal("a"), value: a }), t.strict({ kind: t.literal("b"), value: b })]),
      ),
    tie("codec").map((inner) =>
      t.refinement(inner, (value) => JSON.stringify(value)?.length !== 3, "NotOfThreeCharacters"),
    ),
    tie("codec").map((inner) => t.recursion("Self", () => t.readonlyArray(inner) as t.Type<unknown>)),
  ),
}));

const leaf = fc.oneof(
  fc.constantFrom<unknown>("x", "1", "", 1, 1.5, true, null, undefined, "y"),
  fc.constantFrom<unknown>([], {}, [1], ["x"], { n: 1, children: [{ n: 2 }, { n: "x" }] }),
);
const { value } = fc.letrec<{ readonly value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("value"), { maxLength: 30 }),
    fc.dictionary(fc.constantFrom(...names, "kind", "value", "7"), tie("value")),
    fc.record({ kind: fc.constantFrom("a", "b", "c"), value: tie("value") }),
  ),
}));

describe("decodeBounded", () => {
  test.prop([codec, value], { numRuns: 500 })(
    "decodes as io-ts does, and reports the first errors alike",
    (of, data) => {
      const full = of.decode(data);
      const bounded = decodeBounded(of, data);
      if (isRight(full)) expect(bounded).toStrictEqual(full);
      else {
        if (isRight(bounded)) throw new Error("decoded what io-ts refuses");
        expect(reportOf(bounded.left)).toStrictEqual(reportOf(full.left));
      }
    },
  );

  it("hands on a value that needs no change, as io-ts does", () => {
    const data = { a: [{ b: "x" }] };
    const decoded = decodeBounded(t.type({ a: t.array(t.strict({ b: t.string })) }), data);
    expect(isRight(decoded) && decoded.right).toBe(data);
  });

  const many = Array.from({ length: 20_000 }, (_, i) => i);
  const wide = Object.fromEntries(many.map((i) => [`p${i}`, i]));

  it.each<[string, (item: t.Mixed) => t.Mixed, unknown]>([
    ["an array", (item) => t.array(item), many],
    ["a readonly array", (item) => t.readonlyArray(item), many],
    ["a record", (item) => t.record(t.string, item), wide],
    ["a type of many properties", (item) => t.type(Object.fromEntries(many.map((i) => [`p${i}`, item]))), wide],
    ["a partial of many properties", (item) => t.partial(Object.fromEntries(many.map((i) => [`p${i}`, item]))), wide],
    ["a strict one", (item) => t.strict({ list: t.array(item) }), { list: many }],
    ["an array of records", (item) => t.array(t.type({ a: item })), many.map((a) => ({ a }))],
    ["an array of refinements", (item) => t.array(t.refinement(item, () => true)), many],
    ["an intersection", (item) => t.intersection([t.array(item), t.UnknownArray]), many],
    ["a recursion", (item) => t.recursion("R", () => t.array(item) as t.Type<unknown>), many],
    ["a readonly one", (item) => t.readonly(t.array(item)), many],
  ])("asks no more once %s has shown enough errors", (_, make, data) => {
    const { asked, counted } = counting(t.string);
    const decoded = decodeBounded(make(counted), data);
    expect(isLeft(decoded) && decoded.left.length).toBe(ERRORS_MAX);
    expect(asked.times).toBeLessThanOrEqual(2 * ERRORS_MAX);
  });

  it("asks each member of a union until it has shown enough, and the next one", () => {
    const members = Array.from({ length: 20 }, () => counting(t.string));
    const of = t.union(members.map(({ counted }) => t.array(counted)) as unknown as [t.Mixed, t.Mixed]);
    expect(isLeft(decodeBounded(of, many))).toBe(true);
    for (const { asked } of members) expect(asked.times).toBe(ERRORS_MAX);
    expect(decodeBounded(t.union([of, t.array(t.number)]), many)).toStrictEqual({ _tag: "Right", right: many });
  });

  it("counts where parts are no values of their combinator at all", () => {
    const decoded = decodeBounded(t.array(t.array(t.unknown)), many);
    expect(isLeft(decoded) && decoded.left.length).toBe(ERRORS_MAX);
  });

  it("goes on with the errors of the outer one where a codec decodes within", () => {
    const Inner = new t.Type<unknown>(
      "Inner",
      (_): _ is unknown => true,
      (given, context) => {
        expect(isLeft(decodePayload(t.array(t.string), "1[1,2,3]"))).toBe(true);
        return t.failure(given, context);
      },
      (given) => given,
    );
    const decoded = decodeBounded(t.tuple([Inner, t.string]), [1, 2]);
    expect(isLeft(decoded) && decoded.left).toHaveLength(2);
  });

  it("takes a codec that only looks like one of io-ts as it is", () => {
    class Lenient extends t.ArrayType<t.Mixed> {}
    const list = t.array(t.string);
    const lenient = new Lenient(
      "Lenient",
      list.is,
      (given) => t.success(given as Array<string>),
      list.encode,
      t.string,
    );
    expect(decodeBounded(lenient, [1])).toEqual({ _tag: "Right", right: [1] });
    expect(decodeBounded(t.type({ a: lenient }), { a: [1] })).toEqual({ _tag: "Right", right: { a: [1] } });
    const own = { ...t.array(t.string), decode: () => t.success(["own"]) } as unknown as t.Mixed;
    expect(decodeBounded(own, [1])).toEqual({ _tag: "Right", right: ["own"] });
    const patched = Object.assign(t.array(t.string), { decode: () => t.success(["patched"]) });
    expect(decodeBounded(patched, [1])).toEqual({ _tag: "Right", right: ["patched"] });
  });
});

describe("the cost of a misfit", () => {
  it("is a few short lines, on delivery and at enqueue, whatever the size and the names", () => {
    const long = t.array(t.type(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, t.string]))));
    const data = Array.from({ length: 1_000 }, () => 1);
    const delivered = decodePayload(long, `1${JSON.stringify(data)}`);
    const enqueued = encodePayload(long as t.Mixed, data, { bytesMax: 1 << 20, option: "payloadBytesMax" });
    if (isRight(delivered) || isRight(enqueued)) throw new Error("fits");
    for (const report of [delivered.left, (enqueued.left as unknown as { report: ReadonlyArray<string> }).report]) {
      expect(report).toHaveLength(11);
      expect(report.at(-1)).toBe("and more");
      for (const line of report) expect(line.length).toBeLessThanOrEqual(200);
    }
    expect(enqueued.left.message.length).toBeLessThan(3_000);
  });
});
