/** The layouts of texts on Redis, held together: what one language writes, the other reads, field by field. */
import { Redis } from "ioredis";
import { afterAll, describe, expect, inject, it } from "vitest";
import { noHeaders } from "../../../src/core/Envelope.js";
import { escapeText } from "../../../src/core/escapeText.js";
import { newMessageId } from "../../../src/core/MessageId.js";
import type { EnqueueStep } from "../../../src/core/steps/Enqueue.js";
import { readHandedText } from "../../../src/stores/redis/queue/handed.js";
import { headsScript } from "../../../src/stores/redis/queue/inspectScripts.js";
import { encodeTail, type ReadParcel, readCause, readParcel } from "../../../src/stores/redis/queue/parcel.js";
import { readBlockNote, readShelved } from "../../../src/stores/redis/queue/shelf.js";
import { fenceOf, tokenOf, tokenStem } from "../../../src/stores/redis/queue/token.js";
import { compactId } from "../../../src/stores/redis/scripts/compactId.js";
import { includes } from "../../../src/stores/redis/scripts/scripts.generated.js";
import { spliceIncludes } from "../../../src/stores/redis/scripts/splice.js";
import { encodeText } from "../../../src/stores/redis/scripts/text.js";

const admin = new Redis(inject("redisUrl"));
const scratch = `{layouts-${newMessageId()}}:q:scratch`;
afterAll(async () => {
  for (const suffix of ["", ":dead", ":b", ":k", ":c:slot"]) await admin.del(`${scratch}${suffix}`);
  admin.disconnect();
});

/** Runs Lua that sees these includes, with its arguments in `A` and a key in `K`. */
const lua = (names: ReadonlyArray<string>, body: string, ...args: ReadonlyArray<string | number>): Promise<unknown> => {
  const text = `local A, K = ARGV, KEYS[1]\n${names.map((name) => `--- @include ${name}\n`).join("")}${body}\n`;
  return admin.eval(
    spliceIncludes(text, (name) => includes[name]),
    1,
    scratch,
    ...args,
  );
};
const texts = async (...call: Parameters<typeof lua>): Promise<ReadonlyArray<string>> =>
  ((await lua(...call)) as ReadonlyArray<unknown>).map(String);

const enqueuedAtMs = 1_790_000_000_123;
const hexMs = (ms: number): string => ms.toString(16).padStart(11, "0");
const step = (draft: Partial<EnqueueStep>): EnqueueStep => ({
  _tag: "Enqueue",
  queue: "q",
  id: newMessageId(),
  payload: "payload",
  delayMs: 0,
  priority: 7,
  key: undefined,
  headers: undefined,
  expiresInMs: undefined,
  dedupe: undefined,
  mark: undefined,
  ...draft,
});
const parcelOf = (of: EnqueueStep): string => hexMs(enqueuedAtMs) + encodeTail(of);

const endless = { id: "order 5", windowMs: Number.POSITIVE_INFINITY };
const shapes: ReadonlyArray<readonly [name: string, draft: Partial<EnqueueStep>]> = [
  ["bare", {}],
  ["bare and escaped", { payload: "a\0b" }],
  ["empty", { payload: "" }],
  ["keyed", { key: "customer é" }],
  ["with headers", { headers: { a: "1", b: "line\nbreak" } }],
  ["keyed, with headers and escaped", { key: "k", headers: { a: "1" }, payload: "\ud800" }],
  ["expiring", { expiresInMs: 5_000 }],
  ["deduped for ever", { dedupe: endless }],
  ["with all there is", { key: "k:1", headers: { a: "1" }, payload: "\0", expiresInMs: 7, dedupe: endless }],
];
const each = shapes.map(([name, draft]) => [name, step(draft)] as const);

/** What a parcel of this step is to say, unless it was changed. */
const expected = (of: EnqueueStep): Omit<ReadParcel, "history"> & { readonly history: ReadonlyArray<unknown> } => ({
  id: of.id,
  key: of.key,
  escapedKey: of.key === undefined ? undefined : escapeText(of.key),
  suspect: false,
  deduped: of.dedupe !== undefined,
  headers: of.headers ?? noHeaders,
  payload: of.payload,
  failures: 0,
  enqueuedAtMs,
  firstEnqueuedAtMs: enqueuedAtMs,
  history: [],
});

const FIELDS = ["failures", "marked"];

describe("a parcel that TypeScript writes", () => {
  it.each(each)("is read by Lua: %s", async (_, of) => {
    const parcel = parcelOf(of);
    const [level, id, failures, key, marks, suspicion, returns, dedupe] = await texts(
      FIELDS,
      `local ends, suspicion, returns, dedupe = marksOf(A[1])
      return { levelOf(A[1]), idOf(A[1]), failuresOf(A[1]), keyOf(A[1]) or "-", ends, suspicion, returns, dedupe }`,
      parcel,
    );
    expect({ level, id, failures, key, suspicion, returns }).toEqual({
      level: "7",
      id: compactId(of.id),
      failures: "0",
      key: of.key === undefined ? "-" : escapeText(of.key),
      suspicion: "0",
      returns: "0",
    });
    expect(marks).toBe(of.expiresInMs === undefined ? "-".repeat(11) : hexMs(of.expiresInMs));
    expect(dedupe).toBe(of.dedupe === undefined ? "" : `d${escapeText(of.dedupe.id)}`);
    const written = encodeText(of.payload);
    const [known, size, escaped, tailLevel, tailId] = await texts(
      [...FIELDS, "tail"],
      "return { tostring(known(A[1])), sizeOf(A[1]), tostring(isEscaped(A[1])), levelOfTail(A[2]), idOfTail(A[2]) }",
      parcel,
      encodeTail(of),
    );
    expect([known, size, escaped]).toEqual([
      "true",
      String(Buffer.byteLength(written) - 1),
      String(written.startsWith("2")),
    ]);
    expect([tailLevel, tailId]).toEqual(["7", compactId(of.id)]);
    expect(readParcel(parcel)).toEqual(expected(of));
  });
});

describe("a parcel that Lua writes", () => {
  it.each(each)("is read by TypeScript after failures, the last of them the end of a lease: %s", async (_, of) => {
    const failures = Array.from({ length: 12 }, (_, i) => `${hexMs(1_000 + i)}${JSON.stringify(`cause\t${i}\n`)}`);
    const parcel = String(
      await lua(
        FIELDS,
        "local r = A[1] for i = 2, #A do r = failed(r, A[i], i == #A) end return r",
        parcelOf(of),
        ...failures,
      ),
    );
    expect(readParcel(parcel)).toEqual({
      ...expected(of),
      failures: 12,
      suspect: true,
      // The latest ten.
      history: Array.from({ length: 10 }, (_, i) => ({ atMs: 1_002 + i, cause: `cause\t${i + 2}\n` })),
    });
    const afresh = String(await lua(FIELDS, "return afresh(A[1])", parcel));
    expect(readParcel(afresh)).toEqual({ ...readParcel(parcel), failures: 0 });
  });

  it.each(each)(
    "is read by TypeScript after it was given back, and after a lease that ended unbegun: %s",
    async (_, of) => {
      const [given, passed, returns] = await texts(
        FIELDS,
        "local g = givenBack(A[1]) local _, _, returns = marksOf(g) return { g, passed(A[1]), returns }",
        parcelOf(of),
      );
      expect(readParcel(given ?? "")).toEqual(expected(of));
      expect(readParcel(passed ?? "")).toEqual({ ...expected(of), suspect: true });
      expect(returns).toBe("1");
    },
  );

  it.each(each)(
    "is read by TypeScript after it was redriven, as it was and with another payload: %s",
    async (_, of) => {
      const nowMs = enqueuedAtMs + 60_000;
      const again = async (payload: string): Promise<ReadParcel> => {
        const body = "return again({ nowHex = A[1] }, failed(A[2], A[3]), A[4])";
        const failure = `${hexMs(5)}"why"`;
        return readParcel(String(await lua(["again"], body, hexMs(nowMs), parcelOf(of), failure, payload)));
      };
      const redriven = {
        ...expected(of),
        deduped: false,
        enqueuedAtMs: nowMs,
        history: [{ atMs: 5, cause: "why" }],
      };
      expect(await again("")).toEqual(redriven);
      for (const payload of ["other", "o\0ther", ""])
        expect(await again(encodeText(payload))).toEqual({ ...redriven, payload });
    },
  );
});

describe("a mark", () => {
  const marks = ["m", "b5", "q", "1", "~".repeat(128), "mmb5m"];

  it.each(marks)("is parted from the parcel behind it, and from what stands before it at its key: %s", async (mark) => {
    for (const [, of] of each) {
      const parcel = parcelOf(of);
      const body = 'local parcel, mark = partMark(A[1]) return { parcel, mark or "-" }';
      expect(await texts(["keyMark"], body, `m${mark}\n${parcel}`)).toEqual([parcel, `m${mark}`]);
      expect(await texts(["keyMark"], body, parcel)).toEqual([parcel, "-"]);
    }
    for (const [before, blocked] of [
      ["", false],
      ["q", true],
      ["b17", true],
    ] as const) {
      const [found, key] = await texts(
        ["keyMark", "heldParts"],
        `redis.call("HSET", K .. ":k", "x", A[1])
        return { openMarks(K).of("x"), positionOfKey(K, "x") or "-" }`,
        `${before}m${mark}`,
      );
      expect([found, key]).toEqual([`m${mark}`, before === "b17" ? "17" : "-"]);
      expect(headsScript.decode([`${before}m${mark}`], undefined as never)).toEqual([{ mark, blocked }]);
    }
    expect(headsScript.decode(["", "1", "q", "b17"], undefined as never)).toEqual([
      undefined,
      { mark: undefined, blocked: false },
      { mark: undefined, blocked: true },
      { mark: undefined, blocked: true },
    ]);
  });
});

describe("a token", () => {
  const places = [0, 1, 63, 64, 4_095, 4_096, 9_999];

  it.each([
    ["bare", undefined, false],
    ["keyed", "k 1", false],
    ["deduped", undefined, true],
    ["keyed and deduped", "k:1", true],
  ])("is the same on both sides, and read alike: %s", async (_, key, deduped) => {
    const id = newMessageId();
    const escapedKey = key === undefined ? undefined : escapeText(key);
    const suffix = `${deduped ? "!" : ""}${id.slice(-12)}${escapedKey === undefined ? "" : `:${escapedKey}`}`;
    // What stands for a request on the server gives the tokens of all its places.
    const count = (places.at(-1) ?? 0) + 1;
    const tokens = await texts(
      ["slot"],
      `writeSlot(K .. ":c:slot", 3, A[1], { A[3] })
      local last = readSlot(K .. ":c:slot")
      local all, some = {}, {}
      for i = 1, tonumber(A[4]) do all[i] = last.suffixes end
      last.suffixes = table.concat(all, ",")
      local tokens = tokensOf(last, A[2])
      for i = 5, #A do some[#some + 1] = tokens[A[i] + 1] end
      some[#some + 1] = last.serial
      some[#some + 1] = tostring(last.cancelled)
      return some`,
      "00000000ff",
      "r.1.3",
      suffix,
      count,
      ...places,
    );
    const stem = tokenStem("00000000ff", "r.1.3");
    expect(tokens).toEqual([...places.map((place) => tokenOf(stem, place, { id, escapedKey, deduped })), "3", "false"]);
    for (const token of tokens.slice(0, -2)) {
      expect(fenceOf(token, id)).toEqual({ token, keyed: key !== undefined, deduped });
      expect(
        await texts(["token"], 'return { keyIn(A[1]) or "-", tostring(isDeduped(A[1])), orderIn(A[1]) }', token),
      ).toEqual([escapedKey ?? "-", String(deduped), `00000000ff${token.slice(stem.length, stem.length + 3)}`]);
    }
  });
});

describe("an entry of what is set aside", () => {
  const queue = `{ key = K, nowHex = "${hexMs(77)}", counts = {} }`;

  it.each(each)("is read alike on both sides, dead or blocked: %s", async (_, of) => {
    const cause = JSON.stringify("why \u00e9\n");
    const origin = "00000000ff--A";
    const entries = await texts(
      ["queue", "shelf"],
      `local queue = ${queue}
      deadLetter(queue, A[1], A[2], 100)
      shelve(queue, "b", { note = blockNote("q", A[3], A[2]), parcel = A[1] })
      return { redis.call("ZRANGE", K .. ":dead", -1, -1)[1], redis.call("ZRANGE", K .. ":b", -1, -1)[1] }`,
      parcelOf(of),
      cause,
      origin,
    );
    const [dead, blocked] = entries.map(readShelved);
    expect(dead).toMatchObject({ atMs: 77, note: cause, stored: { id: of.id, payload: of.payload } });
    expect(blocked).toMatchObject({ atMs: 77, stored: { id: of.id, payload: of.payload } });
    expect(blocked?.position).toBe((dead?.position ?? 0) + 1);
    expect(readBlockNote(blocked?.note ?? "")).toEqual({ scope: "queue", cause });
    expect(readCause(cause)).toBe("why \u00e9\n");
    expect(
      await texts(
        ["shelfParts"],
        `local position, note, parcel = readShelved(A[1])
        local scope, origin, cause = readBlockNote(note)
        return { position, scope, origin, cause, parcel, parcelIn(A[1]) }`,
        entries[1] ?? "",
      ),
    ).toEqual([String(blocked?.position), "q", origin, cause, parcelOf(of), parcelOf(of)]);
  });
});

describe("what is handed over", () => {
  it.each(each)("is read alike on both sides, as a tail or as a whole parcel: %s", async (_, of) => {
    const moments = [
      ["1790000000123", 1_790_000_000_123],
      ["1790000000.123456", 1_790_000_000_123],
      ["1790000000.5", 1_790_000_000_000],
    ] as const;
    for (const [moment, atMs] of moments) {
      const [tail, whole, leaseMs] = await texts(
        ["handedText", "handedParts"],
        `local ticket = ticketText("00000000ff", 30000)
        return { handedText(ticket, A[1], "w-1", A[2]), handedText(ticket, A[1], "w-1", WHOLE .. A[3]), leaseMsOf(ticket) }`,
        moment,
        encodeTail(of),
        parcelOf(of),
      );
      expect(leaseMs).toBe("30000");
      for (const [text, parcel] of [
        [tail, hexMs(atMs) + encodeTail(of)],
        [whole, parcelOf(of)],
      ] as const) {
        const read = readHandedText(text ?? "");
        expect(read).toEqual({ parcel: readParcel(parcel), stem: "00000000ff:h-w-1:", atMs, leaseMs: 30_000 });
        const told = await texts(
          ["handedText", "handedParts"],
          `local token, parcel, writeId, order, endsAt = readHanded(A[1])
          return { token, parcel, writeId, order, endsAt, handedBy(A[1]), tostring(isHanded(A[1])) }`,
          text ?? "",
        );
        // A message that bears a mark is never handed over: its token says nothing of a dedupe id.
        const token = read && tokenOf(read.stem, 0, { ...read.parcel, deduped: false });
        expect(told).toEqual([token, parcel, "w-1", "255", String(atMs + 30_000), "w-1", "true"]);
      }
    }
  });
});
