/** Collections of records on each store: what users see. */
import { inspect } from "node:util";
import * as t from "io-ts";
import { firstValueFrom, from, lastValueFrom, take, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { effect } from "../../src/core/Effect.js";
import { storeUnavailable } from "../../src/core/SluiceError.js";
import { atomically } from "../../src/core/Write.js";
import { followUp } from "../../src/operators/followUp.js";
import { handle } from "../../src/operators/handle.js";
import { settle } from "../../src/operators/settle.js";
import type { Store } from "../../src/port/Store.js";
import { queue } from "../../src/queue/makeQueue.js";
import { records } from "../../src/records/makeRecords.js";
import { sortOf } from "../../src/records/sortOf.js";
import { memoryStore } from "../../src/stores/memory/memoryStore.js";
import { eachStore } from "./eachStore.js";

const Todo = t.type({
  title: t.string,
  status: t.union([t.literal("open"), t.literal("done")]),
  dueMs: t.number,
  tags: t.readonlyArray(t.string),
});
type Todo = t.TypeOf<typeof Todo>;
const todo = (draft: Partial<Todo> = {}): Todo => ({ title: "write", status: "open", dueMs: 5, tags: [], ...draft });

const todosOn = (store: Store) =>
  records(store, {
    name: "todos",
    codec: Todo,
    indexes: {
      byStatus: (value) => ({ where: value.status, sort: sortOf(value.dueMs) }),
      byDue: (value) => ({ sort: sortOf(value.dueMs) }),
      byTag: (value) => value.tags.map((tag) => ({ where: tag })),
      overdue: (value) => (value.status === "open" ? { sort: sortOf(value.dueMs) } : undefined),
    },
  });

describe.each(eachStore)("records on %s", (_, open) => {
  it("are put, read, updated, modified, counted and removed", async () => {
    const todos = todosOn(open());
    const inserted = await todos.insert("t1", todo());
    await expect(todos.insert("t1", todo()).then((r) => r)).rejects.toMatchObject({
      _tag: "RecordConflict",
      id: "t1",
      collection: "todos",
      actual: inserted,
    });
    const found = await todos.get("t1");
    expect(found).toMatchObject({ id: "t1", value: todo(), revision: inserted });
    const updated = await todos.update("t1", todo({ status: "done" }), inserted);
    expect(updated).not.toBe(inserted);
    await expect(todos.update("t1", todo(), inserted).then((r) => r)).rejects.toMatchObject({ actual: updated });
    expect((await todos.modify("t1", (value) => value && { ...value, dueMs: value.dueMs + 1 }))?.value.dueMs).toBe(6);
    expect(await todos.modify("none", () => undefined)).toBeUndefined();
    expect(await todos.count("byStatus", { where: "open" })).toBe(0);
    expect(await todos.count("byStatus", { where: ["open", "done"] })).toBe(1);
    expect(await todos.count("byDue")).toBe(1);
    expect((await todos.getAll(["t0", "t1", "t1"])).map((one) => one?.id)).toEqual([undefined, "t1", "t1"]);
    expect(await todos.getAll([])).toEqual([]);
    expect([await todos.remove("t1"), await todos.remove("t1")]).toEqual([true, false]);
    expect(await todos.get("t1")).toBeUndefined();
  });

  it("modify many at once, each change counted once", async () => {
    const counters = records(open(), { name: "counters", codec: t.number });
    await Promise.all(Array.from({ length: 20 }, () => counters.modify("c", (n = 0) => n + 1, { attemptsMax: 100 })));
    expect((await counters.get("c"))?.value).toBe(20);
  });

  it("are read by status, range, tag, in both directions, page by page", async () => {
    const todos = todosOn(open());
    await atomically(
      Array.from({ length: 30 }, (_unused, i) =>
        todos.put(
          `t${i}`,
          todo({ dueMs: i - 15, status: i % 3 === 0 ? "done" : "open", tags: i % 2 === 0 ? ["even", "all"] : ["all"] }),
        ),
      ),
    );
    const dues = (page: { readonly items: ReadonlyArray<{ readonly value: Todo }> }) =>
      page.items.map(({ value }) => value.dueMs);
    expect(dues(await todos.page("byStatus", { where: "done", upTo: sortOf(0) }))).toEqual([-15, -12, -9, -6, -3, 0]);
    expect(dues(await todos.page("byStatus", { where: ["done", "open"], backwards: true, limit: 3 }))).toEqual([
      14, 13, 12,
    ]);
    expect(dues(await todos.page("overdue", { from: sortOf(-2), upTo: sortOf(2) }))).toEqual([-2, -1, 1, 2]);
    expect(await todos.count("byTag", { where: "even" })).toBe(15);
    const all: Array<number> = [];
    let after: string | undefined;
    do {
      const page = await todos.page("byDue", { after, limit: 7 });
      all.push(...dues(page));
      after = page.next;
    } while (after !== undefined);
    expect(all).toEqual(Array.from({ length: 30 }, (_unused, i) => i - 15));
  });

  it("join an ack: the read model is written with it, or neither is", async () => {
    const store = open();
    const payments = queue(store, {
      name: "payments",
      codec: t.type({ customer: t.string, amount: t.number }),
      key: (p) => p.customer,
    });
    const balances = records(store, { name: "balances", codec: t.type({ total: t.number }) });
    await payments.enqueueAll([1, 2, 3, 4].map((amount) => ({ customer: "c", amount })));
    const settled = payments.messages().pipe(
      handle(async (m) => {
        const was = await balances.get(m.data.customer);
        return { total: (was?.value.total ?? 0) + m.data.amount, was: was?.revision };
      }),
      followUp(({ total, was }, m) => [balances.update(m.data.customer, { total }, was)]),
      settle(),
      take(4),
      toArray(),
    );
    await lastValueFrom(settled);
    expect((await balances.get("c"))?.value.total).toBe(10);
    expect((await payments.stats()).acked).toBe(4);
  });

  it.each([
    [10, "Ack", 11, 0],
    [11, "Retry", 11, 1],
  ])(
    "that were changed while a consumer decided upon them let it decide anew at once, uncounted, ten times: %i changes",
    async (changes, last, deliveries, failures) => {
      const store = open();
      const balances = records(store, { name: "balances", codec: t.type({ total: t.number }) });
      const payments = queue(store, { name: "payments", codec: t.number });
      await payments.enqueue(5);
      let left = changes;
      const settled = payments.messages({ prefetch: 1 }).pipe(
        handle(async (m) => {
          const was = await balances.get("c");
          if (left-- > 0) await balances.put("c", { total: (was?.value.total ?? 0) + 1 });
          return { total: (was?.value.total ?? 0) + m.data, was: was?.revision };
        }),
        followUp(({ total, was }) => [balances.update("c", { total }, was)]),
        settle(),
        take(deliveries),
        toArray(),
      );
      const outcomes = (await lastValueFrom(settled)).map(({ outcome }) => outcome._tag);
      expect(outcomes).toEqual([...Array.from({ length: deliveries - 1 }, () => "Release"), last]);
      const [waiting] = await payments.peek();
      if (last === "Ack") expect((await balances.get("c"))?.value.total).toBe(changes + 5);
      expect((await payments.stats()).delayed).toBe(failures);
      expect(waiting).toBeUndefined();
    },
  );

  it("refuse a join by a check, as a whole", async () => {
    const todos = todosOn(open());
    const revision = await todos.put("t1", todo());
    await atomically([todos.check("t1", revision), todos.check("t2", undefined), todos.put("t2", todo())]);
    await expect(atomically([todos.check("t1", undefined), todos.remove("t2")]).then((r) => r)).rejects.toMatchObject({
      _tag: "RecordConflict",
      id: "t1",
      actual: revision,
    });
    expect(await todos.get("t2")).toBeDefined();
    await expect(atomically([todos.put("t1", todo()), todos.remove("t1")]).then((r) => r)).rejects.toMatchObject({
      _tag: "InvalidConfig",
      message: /put it once/ as unknown as string,
    });
  });

  it("end by their ttl", async () => {
    const sessions = records(open(), { name: "sessions", codec: t.string, ttlMs: 40 });
    await sessions.put("s", "u");
    expect((await sessions.get("s"))?.value).toBe("u");
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await sessions.get("s")).toBeUndefined();
    await sessions.insert("s", "v");
  });

  it("tell what does not fit the codec, and show nothing of it", async () => {
    const store = open();
    await records(store, { name: "things", codec: t.string, indexes: { all: () => ({}) } }).put("a", "secret");
    const others = records(store, { name: "things", codec: t.number, indexes: { all: () => ({}) } });
    await others.put("b", 5);
    const refused = await others.get("a").then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(refused).toMatchObject({ _tag: "DecodeRefused", where: 'record "a" of "things"' });
    expect(`${inspect(refused)} ${JSON.stringify(refused)}`).not.toContain("secret");
    const page = await others.page("all");
    expect([page.items.map(({ id }) => id), page.malformed.map(({ id }) => id)]).toEqual([["b"], ["a"]]);
  });

  it("refuse what is out of their limits, and nothing is written", async () => {
    const store = open();
    const small = records(store, {
      name: "small",
      codec: t.string,
      valueBytesMax: 10,
      indexes: {
        bad: () => {
          throw new Error("no");
        },
      },
    });
    const refusals: ReadonlyArray<readonly [PromiseLike<unknown>, object]> = [
      [
        small.put("a", "x".repeat(20)),
        { _tag: "PayloadTooLarge", message: expect.stringContaining("valueBytesMax") as string },
      ],
      [small.put("a", 5 as unknown as string), { _tag: "EncodeRefused" }],
      [small.put("a", "x"), { _tag: "EncodeRefused", report: ["indexes.bad: no"] }],
      [small.remove("x".repeat(513)), { _tag: "InvalidConfig", option: "id" }],
      [small.get("x".repeat(513)), { _tag: "InvalidConfig", option: "id" }],
      [small.page("bad", { limit: 0 }), { _tag: "InvalidConfig", option: "limit" }],
      [small.page("none" as "bad"), { _tag: "InvalidConfig", option: "index" }],
    ];
    for (const [effect, refusal] of refusals) await expect(effect.then((r) => r)).rejects.toMatchObject(refusal);
    expect(await small.get("a")).toBeUndefined();
  });

  it("count as many steps of a write as they have places, so that no call is long", async () => {
    const store = open();
    const many = records(store, {
      name: "many",
      codec: t.number,
      indexes: { all: () => Array.from({ length: 10 }, (_unused, i) => ({ sort: sortOf(i) })) },
    });
    const puts = (count: number) => atomically(Array.from({ length: count }, (_unused, i) => many.put(`${i}`, i)));
    await expect(puts(101).then((r) => r)).rejects.toMatchObject({
      _tag: "WriteTooLarge",
      count: 1_010,
      countMax: 1_000,
    });
    await puts(100);
    expect(await many.count("all")).toBe(1_000);
  });

  it.each<readonly [string, (value: string) => unknown, RegExp]>([
    ["a promise", async () => ({ where: "x" }), /not as a promise/],
    ["a text", () => "open", /must answer/],
    ["null", () => null, /must answer/],
    ["a hole in a list", () => Object.assign([{}], { 2: {} }), /must answer/],
    ["a list of lists", () => [[{}]], /must answer/],
    ["a million entries, of which none is read", () => new Array<unknown>(1e6), /1000000 entries, at most 100 fit/],
    ["a sort of its own", () => ({ sort: "a b" }), /made by sortOf/],
    ["a sort that is no text", () => ({ sort: { toString: () => "s" } }), /made by sortOf/],
    ["a where that is no text", () => ({ where: 5 }), /where must be a text/],
    [
      "a getter that throws",
      () => ({
        get where() {
          throw new Error("no");
        },
      }),
      /indexes\.odd: no$/,
    ],
  ])("refuse a value for which an index function answers %s", async (_what, odd, sentence) => {
    const things = records(open(), {
      name: "things",
      codec: t.string,
      indexes: { all: () => ({}), odd: odd as () => object },
    });
    const refused = await things.put("a", "secret").then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    expect(refused).toMatchObject({ _tag: "EncodeRefused", message: expect.stringMatching(sentence) as string });
    expect(refused?.message.match(/cannot be encoded/g)).toHaveLength(1);
    expect(refused?.message).not.toContain("secret");
    expect(await things.get("a")).toBeUndefined();
  });

  it("refuse what is no list of ids, no where, no bound and no revision", async () => {
    const todos = todosOn(open());
    await todos.put("t1", todo());
    const odd = (value: unknown): never => value as never;
    const refusals: ReadonlyArray<readonly [option: string, effects: ReadonlyArray<PromiseLike<unknown>>]> = [
      ["ids", [undefined, null, 5, "abc", {}].map((ids) => todos.getAll(odd(ids)))],
      ["where", [null, 5, {}, []].map((where) => todos.page("byStatus", { where: odd(where) }))],
      ["where", [null, 5].map((where) => todos.count("byStatus", { where: odd(where) }))],
      ["from", [todos.page("byDue", { from: odd(5) })]],
      ["upTo", [todos.page("byDue", { upTo: odd(new Date()) })]],
      ["after", [todos.page("byDue", { after: odd(5) })]],
      ["was", [null, 5, {}].map((was) => todos.update("t1", todo(), odd(was)))],
      ["was", [null, 5, {}].map((was) => atomically([todos.check("t1", odd(was)), todos.remove("t1")]))],
    ];
    for (const [option, effects] of refusals)
      for (const effect of effects)
        await expect(effect.then((r) => r)).rejects.toMatchObject({ _tag: "InvalidConfig", option });
    expect(await todos.get("t1")).toBeDefined();
  });

  it("let no foreign text through as a revision", async () => {
    const todos = todosOn(open());
    const revision = await todos.put("t1", todo());
    for (const was of ["a:b", "a,b", "a b", "\n", "\0", "\ud800", "*", "-", "=", "", `${revision} `, `=${revision}`])
      for (const id of ["t1", "t2"])
        await expect(todos.update(id, todo(), was as typeof revision).then((r) => r)).rejects.toMatchObject({
          _tag: "RecordConflict",
          actual: id === "t1" ? revision : undefined,
        });
  });

  it("modify once, also where the reply was lost and the change is run again", async () => {
    const inner = open();
    let losing = 2;
    const store: Store = Object.create(inner, {
      write: {
        value: (...call: Parameters<Store["write"]>) =>
          effect<Awaited<ReturnType<Store["write"]>>>((asker) =>
            inner.write(...call).run(
              (answers) => {
                if (losing-- > 0) asker.error(storeUnavailable(new Error("the reply was lost")));
                else {
                  asker.next(answers);
                  asker.complete();
                }
              },
              (cause) => asker.error(cause),
            ),
          ),
      },
    }) as Store;
    const counters = records(store, { name: "counters", codec: t.number });
    const once = counters.modify("a", (n = 0) => n + 1);
    for (const _lost of [1, 2]) await expect(lastValueFrom(once)).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    expect((await lastValueFrom(once))?.value).toBe(1);
    expect((await counters.get("a"))?.value).toBe(1);
    expect((await lastValueFrom(once))?.value).toBe(2);
  });

  it("count each where once, as pages read it", async () => {
    const todos = todosOn(open());
    await todos.put("t1", todo());
    expect(await todos.count("byStatus", { where: ["open", "open"] })).toBe(1);
    expect((await todos.page("byStatus", { where: ["open", "open"] })).items).toHaveLength(1);
  });

  it("leave a record as it is where a change throws, or answers a promise", async () => {
    const store = open();
    const [numbers, any] = [
      records(store, { name: "n", codec: t.number }),
      records(store, { name: "any", codec: t.unknown }),
    ];
    await numbers.put("a", 1);
    const changes: ReadonlyArray<PromiseLike<unknown>> = [
      numbers.modify("a", () => {
        throw new Error("secret no");
      }),
      numbers.modify("a", (async () => 2) as unknown as () => number),
      any.modify("a", async () => 2),
    ];
    for (const change of changes) await expect(change.then((r) => r)).rejects.toMatchObject({ _tag: "EncodeRefused" });
    expect((await numbers.get("a"))?.value).toBe(1);
    expect(await any.get("a")).toBeUndefined();
  });

  it("show no value in logs", async () => {
    const things = records(open(), { name: "things", codec: t.string });
    await things.put("a", "secret");
    expect(inspect(await things.get("a"))).not.toContain("secret");
    expect(JSON.stringify(await firstValueFrom(from(things.get("a"))))).not.toContain("secret");
    expect(inspect(things)).toContain("things");
  });
});

describe("a definition of records", () => {
  it.each([
    [{ name: "a b" }, "name"],
    [{ codec: {} }, "codec"],
    [{ ttlMs: 0 }, "ttlMs"],
    [{ ttlMs: 5, indexes: { all: () => ({}) } }, "ttlMs"],
    [{ indexes: { all: 5 } }, "indexes.all"],
    [{ indexes: { "a=b": () => ({}) } }, "indexes"],
    [{ valueBytesMax: 8 * 1024 * 1024 }, "valueBytesMax"],
  ])("is refused with %j", (draft, option) => {
    const store = memoryStore();
    expect(() => records(store, { name: "x", codec: t.string, ...draft } as never)).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option }) as Error,
    );
  });
});
