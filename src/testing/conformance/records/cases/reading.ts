/** Guarantee 12: what is read of records is what was put. */
import assert from "node:assert/strict";
import { newId } from "../../../../core/newId.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered } from "../../queue/Scene.js";
import { assertConflict, get, getAll, idsIn } from "../reading.js";
import { absent, putStep, removeStep } from "../steps.js";

const MIB = 1024 * 1024;

/** Texts that a store may spoil. */
const texts: ReadonlyArray<string> = [
  "",
  " ",
  "a b",
  "a\tb",
  "a\nb",
  "\r\n",
  "\0",
  "a:b",
  "a%003Ab",
  "{ns}",
  "}",
  "é",
  "漢",
  "🙂",
  "\ud800",
  "__proto__",
  '"quoted"',
  "2",
  "0",
  "-",
  "=",
  "*",
];

export const recordReadingCases: ReadonlyArray<ConformanceCase> = casesOf("12. Records: reading", {
  "a get answers in the order of the names, undefined where nothing is": async (scene) => {
    await scene.done([putStep("a", { value: "1" }), putStep("c", { value: "3" })]);
    const names = ["c", "b", "a", "c"].map((id) => ({ collection: "things", id }));
    const answer = await scene.store.getRecords(names);
    assert.deepEqual(
      answer.map((record) => record && [record.id, record.value]),
      [["c", "3"], undefined, ["a", "1"], ["c", "3"]],
    );
    assert.deepEqual(await scene.store.getRecords([]), []);
  },
  "values, ids, collections and names of indexes of any text arrive unchanged": async (scene) => {
    for (const text of texts) {
      await scene.done([putStep(text, { collection: text, value: text, indexes: [{ name: text, sort: "s" }] })]);
      assert.equal((await get(scene, text, text))?.value, text);
      const { items } = await scene.store.pageRecords({
        collection: text,
        indexes: [text],
        from: undefined,
        upTo: undefined,
        after: undefined,
        limit: 10,
        backwards: false,
      });
      assert.deepEqual(
        items.map(({ id, value }) => [id, value]),
        [[text, text]],
        JSON.stringify(text),
      );
    }
    for (const text of texts) assert.equal((await get(scene, text, text))?.id, text);
  },
  "a ttl ends a record: it is absent then for readers, and for what writes expect": async (scene) => {
    const put = putStep("a", { ttlMs: 50 });
    await scene.done([put, putStep("b", { ttlMs: 60_000 })]);
    const [early] = await scene.write([[putStep("a", { expected: absent })]]);
    assertConflict(early, "a", put.revision);
    assert.notEqual(await get(scene, "a"), undefined);
    await scene.advance(60);
    assert.equal(await get(scene, "a"), undefined);
    assert.deepEqual(await scene.done([removeStep("a")]), [{ _tag: "Removed", existed: false }]);
    await scene.done([putStep("a", { expected: absent })]);
    assert.notEqual(await get(scene, "b"), undefined);
  },
  "a put without a ttl ends the ttl of the one before": async (scene) => {
    await scene.done([putStep("a", { ttlMs: 50 })]);
    await scene.done([putStep("a", { value: "for good" })]);
    await scene.advance(60);
    assert.equal((await get(scene, "a"))?.value, "for good");
  },
  "a put with a ttl begins it anew": async (scene) => {
    await scene.done([putStep("a", { ttlMs: 50 }), putStep("a", { ttlMs: 60_000 })]);
    await scene.advance(60);
    assert.notEqual(await get(scene, "a"), undefined);
  },
  "a get answers at most 4 MiB, but one record at least": async (scene) => {
    const ids = numbered(6);
    for (const id of ids) await scene.done([putStep(id, { value: "x".repeat(MIB) })]);
    const answer = await scene.store.getRecords(ids.map((id) => ({ collection: "things", id })));
    assert.ok(answer.length >= 1 && answer.length <= 4, `${answer.length} records of a MiB were answered`);
    assert.deepEqual(
      (await getAll(scene, ids)).map((record) => record?.id),
      ids,
    );
    await scene.done([putStep("large", { value: "x".repeat(5 * MIB) })]);
    assert.equal((await get(scene, "large"))?.value.length, 5 * MIB);
  },
  "a page holds at most 4 MiB, but one record at least": async (scene) => {
    const ids = numbered(6);
    for (const id of ids)
      await scene.done([putStep(id, { value: "x".repeat(MIB), indexes: [{ name: "all", sort: id }] })]);
    const [first] = ids;
    const { items, next } = await scene.store.pageRecords({
      collection: "things",
      indexes: ["all"],
      from: undefined,
      upTo: undefined,
      after: undefined,
      limit: 100,
      backwards: false,
    });
    assert.ok(items.length >= 1 && items.length <= 4 && next !== undefined, "a page has no bound in bytes");
    assert.equal(items[0]?.id, first);
    assert.deepEqual(await idsIn(scene), ids);
    await scene.done([putStep("large", { value: "x".repeat(5 * MIB), indexes: [{ name: "large", sort: "a" }] })]);
    assert.deepEqual(await idsIn(scene, { indexes: ["large"] }), ["large"]);
  },
  "a thousand records fit into one write": async (scene) => {
    const ids = numbered(1_000);
    await scene.done(ids.map((id) => putStep(id, { value: newId(), indexes: [{ name: "all", sort: "a" }] })));
    assert.deepEqual([...(await idsIn(scene, { limit: 1_000 }))].sort(), [...ids].sort());
  },
});
