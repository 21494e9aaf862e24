/** Guarantee 12: a page walks a whole index in order, both ways, stable under writes. */
import assert from "node:assert/strict";
import type { IndexPlace } from "../../../../core/steps/Put.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered, type Scene } from "../../queue/Scene.js";
import { count, idsIn, page } from "../reading.js";
import { putStep, removeStep } from "../steps.js";

const all = (sort: string): ReadonlyArray<IndexPlace> => [{ name: "all", sort }];

/** Twenty records whose ids are their order. */
const twenty = async (scene: Scene): Promise<ReadonlyArray<string>> => {
  const ids = numbered(20).map((n) => n.padStart(2, "0"));
  const place = (id: string): number => (Number(id) * 13) % 20;
  const mixed = [...ids].sort((a, b) => place(a) - place(b));
  await scene.done(mixed.map((id) => putStep(id, { indexes: all(`s${id}`) })));
  return ids;
};

export const indexCases: ReadonlyArray<ConformanceCase> = casesOf("12. Records: indexes", {
  "pages walk a whole index in order, both ways, also one by one, and end without a next": async (scene) => {
    const ids = await twenty(scene);
    for (const limit of [1, 3, 19, 20, 21, 1_000]) {
      assert.deepEqual(await idsIn(scene, { limit }), ids, `by ${limit}`);
      assert.deepEqual(await idsIn(scene, { limit, backwards: true }), [...ids].reverse(), `backwards by ${limit}`);
    }
    assert.equal((await page(scene, { limit: 20 })).next, undefined, "a whole index has no next page");
  },
  "a record stands in exactly the indexes of its latest put, and a removed one in none": async (scene) => {
    await scene.done([
      putStep("a", {
        indexes: [
          { name: "one", sort: "1" },
          { name: "two", sort: "1" },
        ],
      }),
    ]);
    await scene.done([
      putStep("a", {
        indexes: [
          { name: "two", sort: "2" },
          { name: "three", sort: "1" },
        ],
      }),
    ]);
    const standing = (): Promise<ReadonlyArray<ReadonlyArray<string>>> =>
      Promise.all(["one", "two", "three"].map((name) => idsIn(scene, { indexes: [name] })));
    assert.deepEqual(await standing(), [[], ["a"], ["a"]]);
    assert.deepEqual(await idsIn(scene, { indexes: ["two"], upTo: "1" }), []);
    await scene.done([putStep("a")]);
    assert.deepEqual(await standing(), [[], [], []]);
    await scene.done([putStep("a", { indexes: [{ name: "one", sort: "1" }] })]);
    await scene.done([removeStep("a")]);
    assert.deepEqual(await standing(), [[], [], []]);
  },
  "a record may stand at several places of one index": async (scene) => {
    await scene.done([putStep("a", { indexes: [...all("1"), ...all("3")] }), putStep("b", { indexes: all("2") })]);
    assert.deepEqual(await idsIn(scene), ["a", "b", "a"]);
    await scene.done([putStep("a", { indexes: all("3") })]);
    assert.deepEqual(await idsIn(scene), ["b", "a"]);
  },
  "puts of one record in one list leave the places of the last": async (scene) => {
    await scene.done([
      putStep("a", { indexes: all("1") }),
      putStep("a", { indexes: [{ name: "other", sort: "1" }] }),
      putStep("a", { indexes: all("2") }),
    ]);
    assert.deepEqual([await idsIn(scene), await count(scene, "all"), await count(scene, "other")], [["a"], 1, 0]);
  },
  "equal sorts are ordered by the escaped id": async (scene) => {
    const ids = ["b", "a", "a0", "ab", "A", "Z", "a b", "é", "_"];
    await scene.done(ids.map((id) => putStep(id, { indexes: all("same") })));
    // "%" stands before letters and digits: what is escaped comes first where the texts before it are the same.
    const expected = ["é", "A", "Z", "_", "a", "a b", "a0", "ab", "b"];
    assert.deepEqual(await idsIn(scene), expected);
    assert.deepEqual(await idsIn(scene, { limit: 2, backwards: true }), [...expected].reverse());
  },
  "from and upTo are included, also behind a position": async (scene) => {
    const ids = await twenty(scene);
    const range = ids.slice(5, 12);
    for (const limit of [1, 4, 100]) {
      assert.deepEqual(await idsIn(scene, { from: "s05", upTo: "s11", limit }), range);
      assert.deepEqual(await idsIn(scene, { from: "s05", upTo: "s11", limit, backwards: true }), [...range].reverse());
    }
    assert.deepEqual(await idsIn(scene, { from: "s19" }), ["19"]);
    assert.deepEqual(await idsIn(scene, { upTo: "s00" }), ["00"]);
    assert.deepEqual(await idsIn(scene, { from: "s12", upTo: "s05" }), []);
    await scene.done([putStep("longer", { indexes: all("s05!") })]);
    assert.deepEqual(await idsIn(scene, { from: "s05", upTo: "s05" }), ["05"]);
  },
  "several indexes are read as one, in order and without doubles": async (scene) => {
    const ids = await twenty(scene);
    await scene.done(
      ids.map((id) =>
        putStep(id, {
          indexes: ["two", "three"].flatMap((name, i) =>
            Number(id) % (i + 2) === 0 ? [{ name, sort: `s${id}` }] : [],
          ),
        }),
      ),
    );
    const expected = ids.filter((id) => Number(id) % 2 === 0 || Number(id) % 3 === 0);
    for (const limit of [1, 3, 100])
      for (const indexes of [
        ["two", "three"],
        ["three", "two", "two"],
      ]) {
        assert.deepEqual(await idsIn(scene, { indexes, limit }), expected);
        assert.deepEqual(await idsIn(scene, { indexes, limit, backwards: true }), [...expected].reverse());
      }
  },
  "a record that moves from one index to another is met once by who reads both": async (scene) => {
    for (const n of numbered(6)) await scene.done([putStep(n, { indexes: [{ name: "left", sort: n }] })]);
    const seen: Array<string> = [];
    let after: string | undefined;
    do {
      const { items, next } = await page(scene, { indexes: ["left", "right"], limit: 2, after });
      seen.push(...items.map(({ id }) => id));
      for (const n of numbered(6)) await scene.done([putStep(n, { indexes: [{ name: "right", sort: n }] })]);
      after = next;
    } while (after !== undefined);
    assert.deepEqual(seen, numbered(6));
  },
  "a position outlives the record that it names": async (scene) => {
    const ids = await twenty(scene);
    for (const backwards of [false, true]) {
      const { items, next } = await page(scene, { limit: 5, backwards });
      const [last] = items.slice(-1);
      assert.ok(last !== undefined && next !== undefined);
      await scene.done([removeStep(last.id)]);
      const rest = (backwards ? [...ids].reverse() : ids).slice(5);
      assert.deepEqual(await idsIn(scene, { after: next, backwards }), rest);
      await scene.done([putStep(last.id, { indexes: all(`s${last.id}`) })]);
    }
  },
  "a foreign position is a place like any other, and never fails": async (scene) => {
    const ids = await twenty(scene);
    for (const after of ["", "!", "s09 ", "zzz", "é", "s09 09", "[", "(", "+", "-"])
      for (const backwards of [false, true]) {
        const seen = await idsIn(scene, { after, backwards });
        assert.ok(
          seen.every((id) => ids.includes(id)) && new Set(seen).size === seen.length,
          "a foreign position made records",
        );
      }
  },
  "an index that is empty, or unknown, has empty pages": async (scene) => {
    await scene.done([putStep("a", { indexes: all("1") })]);
    await scene.done([removeStep("a")]);
    for (const draft of [{}, { indexes: ["unknown"] }, { collection: "unknown" }, { indexes: ["all", "unknown"] }])
      assert.deepEqual(await page(scene, draft), { items: [], next: undefined });
  },
  "a count is what the pages give": async (scene) => {
    await twenty(scene);
    await scene.done(["03", "07"].map((id) => removeStep(id)));
    await scene.done([putStep("09", { indexes: [{ name: "other", sort: "1" }] })]);
    const { store } = scene;
    assert.deepEqual(
      await store.countRecords({ collection: "things", indexes: ["all", "other", "unknown"] }),
      [17, 1, 0],
    );
    assert.equal((await idsIn(scene)).length, 17);
  },
  "pages are stable while others write: what stays is met once": async (scene) => {
    const ids = await twenty(scene);
    const seen: Array<string> = [];
    let after: string | undefined;
    let round = 0;
    do {
      const { items, next } = await page(scene, { limit: 3, after });
      seen.push(...items.map(({ id }) => id));
      await scene.done([
        putStep(`new ${round}`, { indexes: all(`r${round}`) }),
        putStep(`newer ${round}`, { indexes: all(`t${round}`) }),
      ]);
      round += 1;
      after = next;
    } while (after !== undefined && round < 50);
    assert.deepEqual(
      seen.filter((id) => !id.startsWith("new")),
      ids,
    );
  },
});
