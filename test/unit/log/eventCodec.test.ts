/** Event codecs: which types they find, what they store, what they read. */
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { EventIdCodec } from "../../../src/codec/EventIdCodec.js";
import { PositionCodec } from "../../../src/codec/PositionCodec.js";
import type { EventId } from "../../../src/core/EventId.js";
import { newId } from "../../../src/core/newId.js";
import { positionOf, tailOf } from "../../../src/core/Position.js";
import { decodeEvent, oursOf } from "../../../src/log/decodeEvent.js";
import type { EventCodec, EventMap } from "../../../src/log/EventCodec.js";
import { encodeEvent, kindOfEvent } from "../../../src/log/encodeEvent.js";
import { eventCodec, eventCodecs, eventType } from "../../../src/log/makeEventCodec.js";
import { metaText, readMeta } from "../../../src/log/meta.js";
import type { StoredEvent } from "../../../src/port/LogPort.js";

const A = t.type({ type: t.literal("A"), a: t.number });
const B = t.type({ type: t.literal("B"), b: t.string });
const AB = t.union([A, B]);
type AB = t.TypeOf<typeof AB>;

const stored = (type: string, data: string, meta = ""): StoredEvent => {
  const id = newId() as EventId;
  return { id, type, stream: "s/1", version: 1, position: positionOf(1, tailOf(id)), appendedAtMs: 5, data, meta };
};

const encoded = (codec: EventCodec<never>, event: unknown) => {
  const { coding } = codec as unknown as EventCodec<EventMap>;
  const kind = kindOfEvent(coding, event);
  return isLeft(kind) ? kind : encodeEvent(kind.right, event);
};

const decoded = (codec: EventCodec<never>, event: StoredEvent) => {
  const [ours] = oursOf((codec as unknown as EventCodec<EventMap>).coding, [event]);
  return ours === undefined ? "not ours" : decodeEvent(ours, undefined);
};

const all = <M extends EventMap>(codec: EventCodec<M>): EventCodec<never> => codec as unknown as EventCodec<never>;

interface Tree {
  readonly type: "Tree";
  readonly of: ReadonlyArray<Tree | t.TypeOf<typeof A>>;
}
const Tree: t.Type<Tree, unknown> = t.recursion("Tree", () =>
  t.type({ type: t.literal("Tree"), of: t.readonlyArray(t.union([Tree, A])) }),
);

describe("the types of an event codec", () => {
  it.each<readonly [string, t.Mixed, ReadonlyArray<string>]>([
    ["a union of literals", AB, ["A", "B"]],
    ["one event", A, ["A"]],
    ["a strict member", t.union([t.strict(A.props), B]), ["A", "B"]],
    ["an exact member", t.union([t.exact(A), B]), ["A", "B"]],
    ["a readonly member", t.union([t.readonly(A), B]), ["A", "B"]],
    ["an intersection", t.union([t.intersection([A, t.partial({ note: t.string })]), B]), ["A", "B"]],
    ["an intersection with a looser tag", t.intersection([AB, t.type({ type: t.string })]), ["A", "B"]],
    ["a base beside the union", t.intersection([t.type({ at: t.number }), AB]), ["A", "B"]],
    ["a refined member", t.union([t.refinement(A, ({ a }) => a > 0), B]), ["A", "B"]],
    [
      "a branded member",
      t.union([t.brand(A, (a): a is t.Branded<t.TypeOf<typeof A>, { readonly Pos: symbol }> => a.a > 0, "Pos"), B]),
      ["A", "B"],
    ],
    ["a refined union", t.refinement(AB, () => true), ["A", "B"]],
    ["a union of unions", t.union([AB, t.type({ type: t.literal("C") })]), ["A", "B", "C"]],
    ["a tag of several texts", t.type({ type: t.keyof({ A: null, B: null }) }), ["A", "B"]],
    ["a tag as a union", t.type({ type: t.union([t.literal("A"), t.literal("B")]) }), ["A", "B"]],
    ["a recursive event", t.union([Tree, A]), ["Tree", "A"]],
    ["a recursive union", t.recursion("U", () => AB), ["A", "B"]],
  ])("are found in %s", (_, codec, types) => {
    expect([...eventCodec(codec as t.Type<AB, unknown>, { tag: "type" }).types]).toEqual(types);
  });

  it("must be said where the codec does not tell them", () => {
    const custom = new t.Type<AB, unknown>("AB", AB.is, AB.validate, AB.encode);
    expect(() => eventCodec(custom, { tag: "type" })).toThrow(/give the option types/);
    const codec = eventCodec(custom, { tag: "type", types: ["A", "B"] });
    expect([...codec.types]).toEqual(["A", "B"]);
    expect(decoded(all(codec), stored("B", '1{"type":"B","b":"x"}'))).toMatchObject({ _tag: "Event", type: "B" });
    // The codec is that of the whole union, so the tag is looked at.
    expect(decoded(all(codec), stored("B", '1{"type":"A","a":1}'))).toMatchObject({
      _tag: "Malformed",
      report: ["its tag is another one than B"],
    });
    expect(() => eventCodec(AB, { tag: "type", types: ["C" as "A"] })).toThrow(/no event of the type "C"/);
    expect(() => eventCodec(AB, { tag: "type", types: ["A"] })).toThrow(/leaves out/);
    expect(() => eventCodec(AB, { tag: "type", types: [] })).toThrow(/types must be/);
  });

  it.each<readonly [string, () => unknown, string]>([
    ["an unknown type in upcasts", () => eventCodec(AB, { tag: "type", upcasts: { C: [] } as object }), "upcasts"],
    [
      "an upcast that is no function",
      () => eventCodec(AB, { tag: "type", upcasts: { A: [5] } as object }),
      "upcasts.A[0]",
    ],
    ["an unknown type in renamed", () => eventCodec(AB, { tag: "type", renamed: { X: "C" as "A" } }), "renamed.X"],
    ["an earlier name that is one of today", () => eventCodec(AB, { tag: "type", renamed: { B: "A" } }), "renamed"],
    ["no codec", () => eventType("A", {} as t.Type<number, unknown>), "codec"],
    ["an empty name", () => eventType("", t.number), "name"],
    ["a size of nothing", () => eventType("A", t.number, { eventBytesMax: 0 }), "eventBytesMax"],
    ["a type that two have", () => eventCodecs(eventType("A", t.number), eventCodec(AB, { tag: "type" })), "codecs"],
    [
      "an earlier name that another has",
      () => eventCodecs(eventType("Z", t.number, { renamed: { A: "Z" } }), eventCodec(AB, { tag: "type" })),
      "codecs",
    ],
    ["an io-ts codec among event codecs", () => eventCodecs(AB as never), "codecs"],
    [
      "a personal tag",
      () => eventCodec(AB, { tag: "type", personal: { A: { subject: () => "s", forgotten: { type: "A" } } } }),
      "personal.A.forgotten",
    ],
    [
      "no personal field",
      () => eventCodec(AB, { tag: "type", personal: { A: { subject: () => "s", forgotten: {} } } }),
      "personal.A.forgotten",
    ],
  ])("refuse %s", (_, make, option) => {
    expect(make).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }) as Error);
  });
});

describe("an event", () => {
  const codec = all(eventCodec(AB, { tag: "type" }));

  it("is stored by the codec of its type, and read by it", () => {
    const data = encoded(codec, { type: "A", a: 1 });
    expect(data).toEqual({ _tag: "Right", right: '1{"type":"A","a":1}' });
    expect(decoded(codec, stored("A", '1{"type":"A","a":1}'))).toMatchObject({
      _tag: "Event",
      type: "A",
      event: { type: "A", a: 1 },
      version: 1,
      meta: {},
    });
    // The report is that of its own type, not of all.
    expect(decoded(codec, stored("A", '1{"type":"A","a":"x"}'))).toMatchObject({
      _tag: "Malformed",
      report: ["a: expected number, got string"],
      event: '1{"type":"A","a":"x"}',
    });
    expect(encoded(codec, { type: "A", a: "x" })).toMatchObject({
      left: { report: ["a: expected number, got string"] },
    });
  });

  it.each<readonly [string, unknown, RegExp]>([
    ["of no type", { type: "C" }, /must be one of A, B/],
    ["without a tag", { a: 1 }, /must be one of A, B/],
    ["that is no object", 5, /must be one of A, B/],
    ["of an inherited name", { type: "constructor" }, /must be one of A, B/],
    ["that JSON would change", { type: "A", a: Number.NaN }, /no JSON form/],
    [
      "whose tag throws",
      {
        get type() {
          throw new Error("no");
        },
      },
      /event: no/,
    ],
  ])("%s is refused", (_, event, sentence) => {
    const refused = encoded(codec, event);
    expect(isLeft(refused) && refused.left).toMatchObject({
      _tag: "EncodeRefused",
      message: expect.stringMatching(sentence) as string,
    });
  });

  it.each<readonly [string, string, string, string, RegExp]>([
    ["no JSON", "A", "1{", "", /not JSON/],
    ["another envelope", "A", '9{"type":"A","a":1}', "", /envelope version/],
    ["a property named __proto__", "A", '1{"type":"A","a":1,"__proto__":{"x":1}}', "", /named __proto__/],
    ["the data of another type", "A", '1{"type":"B","b":"x"}', "", /type: expected "A"/],
    ["a meta that is none", "A", '1{"type":"A","a":1}', "[]", /its meta/],
    ["a meta of other types", "A", '1{"type":"A","a":1}', '{"actor":5}', /its meta/],
    ["a meta with hops that are no number", "A", '1{"type":"A","a":1}', '{"hops":"1"}', /its meta/],
    ["a meta with less than no hops", "A", '1{"type":"A","a":1}', '{"hops":-1}', /its meta/],
    ["a meta with __proto__", "A", '1{"type":"A","a":1}', '{"headers":{"__proto__":"x"}}', /its meta/],
    ["a newer version", "A", '1{"type":"A","a":1}', '{"v":2}', /version 2 of A is newer than the 1/],
  ])("with %s is malformed", (_, type, data, meta, sentence) => {
    const event = decoded(codec, stored(type, data, meta));
    expect(event).toMatchObject({ _tag: "Malformed", type, event: data });
    expect((event as { report: ReadonlyArray<string> }).report.join()).toMatch(sentence);
  });

  it("of another type is not ours, also where that is a name of every object", () => {
    for (const type of ["C", "constructor", "__proto__", "toString"])
      expect(decoded(codec, stored(type, "1{}"))).toBe("not ours");
  });

  it("of several codecs goes to that which names it, or takes it", () => {
    const joined = all(
      eventCodecs(
        eventCodec(AB, { tag: "type" }),
        eventType("M", t.type({ celsius: t.number })),
        eventType("N", t.type({ kelvin: t.number })),
      ),
    );
    const { coding } = joined as unknown as EventCodec<EventMap>;
    const kindName = (event: unknown) => {
      const kind = kindOfEvent(coding, event);
      return isRight(kind) ? kind.right.type : kind.left.message;
    };
    expect(kindName({ type: "A", a: 1 })).toBe("A");
    expect(kindName({ celsius: 1 })).toBe("M");
    expect(kindName({ kelvin: 1 })).toBe("N");
    expect(kindName({ kelvin: 1, celsius: 1 })).toMatch(/may be a M or a N/);
    expect(kindName({})).toMatch(/must be one of A, B, M, N/);
  });
});

describe("an event of an earlier version", () => {
  const codec = all(
    eventCodec(AB, {
      tag: "type",
      renamed: { Old: "A" },
      upcasts: {
        A: [
          (v1) => ({ ...(v1 as object), b: 1 }),
          (v2) => ({ type: (v2 as { type: string }).type, a: (v2 as { b: number }).b + 1 }),
        ],
        B: [
          () => {
            throw new Error("cannot");
          },
        ],
      },
    }),
  );

  it.each<readonly [number, string, string, number]>([
    [1, '1{"type":"A"}', "", 2],
    [2, '1{"type":"A","b":5}', '{"v":2}', 6],
    [3, '1{"type":"A","a":7}', '{"v":3}', 7],
  ])("%i is read by the steps from there on", (_, data, meta, a) => {
    expect(decoded(codec, stored("A", data, meta))).toMatchObject({ _tag: "Event", event: { type: "A", a } });
  });

  it("is read under its earlier name", () => {
    expect(decoded(codec, stored("Old", '1{"type":"Old"}'))).toMatchObject({
      _tag: "Event",
      type: "A",
      event: { type: "A", a: 2 },
    });
  });

  it("is malformed where a step throws", () => {
    expect(decoded(codec, stored("B", '1{"type":"B"}'))).toMatchObject({
      _tag: "Malformed",
      report: ["not decodable: the upcast from version 1 of B threw: cannot"],
    });
  });
});

describe("ids and positions from outside", () => {
  it("are taken where they are such, and refused where not", () => {
    const id = newId();
    expect(EventIdCodec.decode(id.toUpperCase())).toEqual({ _tag: "Right", right: id });
    expect([EventIdCodec.is(id), EventIdCodec.is(id.toUpperCase()), EventIdCodec.is(5)]).toEqual([true, false, false]);
    const position = positionOf(7, "abcdef");
    expect(PositionCodec.decode(position)).toEqual({ _tag: "Right", right: position });
    for (const text of [
      "",
      "end",
      "000000000000abcdef",
      position.slice(1),
      `${position}g`,
      position.repeat(2),
      5,
      null,
    ])
      expect(isLeft(PositionCodec.decode(text))).toBe(true);
  });
});

describe("a meta", () => {
  it("is one line of JSON, or nothing", () => {
    expect(metaText({})).toBe("");
    expect(metaText({ v: undefined, correlationId: undefined })).toBe("");
    expect(metaText({ v: 2, actor: "a\nb" })).toBe('{"v":2,"actor":"a\\nb"}');
    expect(readMeta("")).toEqual({ version: 1, meta: {}, sealed: undefined });
    expect(readMeta(metaText({ hops: 0 }))).toEqual({ version: 1, meta: { hops: 0 }, sealed: undefined });
    expect(readMeta('{"v":2,"actor":"a","later":1}')).toEqual({ version: 2, meta: { actor: "a" }, sealed: undefined });
  });

  it.each(["x", "5", "null", '{"v":0}', '{"v":"2"}', '{"sealed":{}}', '{"headers":[]}', '{"headers":{"a":1}}'])(
    "is refused where it is %s",
    (text) => {
      expect(readMeta(text)).toBeUndefined();
    },
  );
});
