/** Sealing, and the keys that a process knows. */

import * as t from "io-ts";
import { lastValueFrom, map, toArray } from "rxjs";
import { atomically } from "sluice";
import { eventLog, eventType } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { records } from "sluice/records";
import { describe, expect, it } from "vitest";
import { newKey, open, parseKey, seal } from "../../../src/log/seal.js";

const about = { subject: "s", type: "T", id: "1" };

const keyOf = (text = newKey()): Buffer => {
  const key = parseKey(text);
  if (key === undefined) throw new Error("no key");
  return key;
};

describe("a sealed text", () => {
  it("is opened by its key for its event alone", () => {
    const key = keyOf();
    const sealed = seal("sécret", key, about);
    expect(sealed).not.toContain("s\u00e9cret");
    expect(open(sealed, key, about)).toBe("sécret");
    expect(open(seal("", key, about), key, about)).toBe("");
    expect(open(sealed, keyOf(), about)).toBeUndefined();
    for (const other of [{ subject: "t" }, { type: "U" }, { id: "2" }])
      expect(open(sealed, key, { ...about, ...other })).toBeUndefined();
  });

  it("is refused with any of its bytes changed, and where it is cut", () => {
    const key = keyOf();
    const bytes = Buffer.from(seal("secret", key, about), "base64");
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(open(changed.toString("base64"), key, about)).toBeUndefined();
      expect(open(bytes.subarray(0, i).toString("base64"), key, about)).toBeUndefined();
    }
  });

  it("is another one each time", () => {
    const key = keyOf();
    expect(new Set(Array.from({ length: 100 }, () => seal("x", key, about))).size).toBe(100);
  });

  it("has a key of 32 bytes", () => {
    expect(parseKey(newKey())).toHaveLength(32);
    for (const text of ["", "x", "no key at all", newKey().slice(4)]) expect(parseKey(text)).toBeUndefined();
  });
});

describe("personal fields", () => {
  const upcast = { J: [(v1: unknown) => ({ ...(v1 as object), city: "?" })] };
  const personal = { J: { subject: ({ id }: { readonly id: string }) => id, forgotten: { email: "gone" } } };
  const Before = t.type({ id: t.string, email: t.string });
  const After = t.type({ id: t.string, email: t.string, city: t.string });

  it("are opened before the steps of later versions, and may be read by programs that name none", async () => {
    const store = memoryStore();
    await eventLog(store, eventType("J", Before, { personal })).append("j/1", [{ id: "a", email: "a@b" }]);
    const later = eventLog(store, eventType("K", After, { upcasts: { K: upcast.J }, renamed: { J: "K" } }));
    const read = () =>
      lastValueFrom(
        later.read("j/1").pipe(
          map(({ event }) => event),
          toArray(),
        ),
      );
    expect(await read()).toEqual([{ id: "a", email: "a@b", city: "?" }]);
    await later.forget("a");
    expect(await read()).toEqual([{ id: "a", email: "gone", city: "?" }]);
  });

  it("of an event that lacks them are not sealed, and need no key", async () => {
    const store = memoryStore();
    const Optional = t.intersection([t.type({ id: t.string }), t.partial({ email: t.string })]);
    const log = eventLog(store, eventType("J", Optional, { personal }));
    await log.append("j/1", [{ id: "a" }]);
    expect(await log.forget("a")).toBe(false);
    expect((await lastValueFrom(log.read("j/1"))).event).toEqual({ id: "a" });
  });

  it("that a codec stores under another name are sealed all the same", async () => {
    const store = memoryStore();
    const Short = new t.Type<t.TypeOf<typeof Before>, { readonly i: string; readonly e: string }>(
      "Short",
      Before.is,
      (value, context) => {
        const { i, e } = value as { readonly i: string; readonly e: string };
        return Before.validate({ id: i, email: e }, context);
      },
      ({ id, email }) => ({ i: id, e: email }),
    );
    const log = eventLog(store, eventType("J", Short, { personal }));
    await log.append("j/1", [{ id: "a", email: "a@b" }]);
    const page = await store.readStream({ stream: "j/1", after: 0, upTo: undefined, limit: 1, backwards: false });
    expect(JSON.stringify(page)).not.toContain("a@b");
    expect((await lastValueFrom(log.read("j/1"))).event).toEqual({ id: "a", email: "a@b" });
  });

  it("forgotten in one write with an append make no key for what was forgotten", async () => {
    const store = memoryStore();
    const log = eventLog(store, eventType("J", Before, { personal }));
    await log.append("j/1", [{ id: "a", email: "a@b" }]);
    const ended = eventLog(store, eventType("Ended", t.string));
    expect(await atomically([log.forget("a"), ended.append("j/1", ["end"])])).toMatchObject([true, { version: 2 }]);
    expect(await records(store, { name: "sluice.personalKeys", codec: t.string }).get("a")).toBeUndefined();
    expect((await lastValueFrom(log.read("j/1"))).event.email).toBe("gone");
  });

  it("of ten thousand subjects and more can be written and read", async () => {
    const store = memoryStore();
    const log = eventLog(store, eventType("J", Before, { personal }));
    for (let i = 0; i < 24; i++)
      await log.append(
        "j/1",
        Array.from({ length: 450 }, (_unused, j) => ({ id: `${i}-${j}`, email: "a@b" })),
      );
    await log.append("j/1", [{ id: "0-0", email: "again@b" }]);
    const emails = await lastValueFrom(
      log.read("j/1").pipe(
        map(({ event }) => event.email),
        toArray(),
      ),
    );
    expect(emails.filter((email) => email === "a@b")).toHaveLength(24 * 450);
    expect(emails.at(-1)).toBe("again@b");
  }, 60_000);
});
