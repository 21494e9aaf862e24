/** Guarantee 12: a change under an expectation happens at most once, and revisions never return. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { Ack } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { assertLost, exactly, numbered } from "../../queue/Scene.js";
import { assertConflict, get, getAll, idsIn } from "../reading.js";
import { absent, anyState, at, checkStep, putStep, removeStep } from "../steps.js";

export const expectationCases: ReadonlyArray<ConformanceCase> = casesOf("12. Records: expectations", {
  "a put that expects nothing there makes a record once": async (scene) => {
    const puts = [putStep("a", { expected: absent, value: "1" }), putStep("a", { expected: absent, value: "2" })];
    const answers = await scene.write(puts.map((put) => [put]));
    assert.deepEqual(answers.map(isRight), [true, false]);
    assertConflict(answers[1], "a", puts[0]?.revision);
    assert.deepEqual(await get(scene, "a"), { id: "a", value: "1", revision: puts[0]?.revision });
  },
  "of two puts at once that expect nothing there one wins, and the other is told its revision": async (scene) => {
    const puts = numbered(8).map((value) => putStep("a", { expected: absent, value }));
    const answers = await Promise.all(puts.map((put) => scene.store.write([[put]], `put ${put.revision}`)));
    const won = puts.filter((_, i) => answers[i]?.every(isRight));
    assert.equal(won.length, 1, "one put wins");
    for (const [i, [answer]] of answers.entries())
      if (puts[i] !== won[0]) assertConflict(answer, "a", won[0]?.revision);
    assert.equal((await get(scene, "a"))?.revision, won[0]?.revision);
  },
  "a put that expects a revision succeeds with the latest alone": async (scene) => {
    const [first, second, third] = [putStep("a"), putStep("a"), putStep("a")];
    await scene.done([first]);
    await scene.done([{ ...second, expected: at(first.revision) }]);
    const [late] = await scene.write([[{ ...third, expected: at(first.revision) }]]);
    assertConflict(late, "a", second.revision);
    await scene.done([{ ...third, expected: at(second.revision) }]);
    assert.equal((await get(scene, "a"))?.revision, third.revision);
    const [never] = await scene.write([[putStep("b", { expected: at(third.revision) })]]);
    assertConflict(never, "b", undefined);
  },
  "a put that expects any state always succeeds": async (scene) => {
    for (const value of numbered(3)) {
      await scene.done([putStep("a", { value, expected: anyState })]);
      assert.equal((await get(scene, "a"))?.value, value);
    }
    await scene.done([removeStep("a")]);
    await scene.done([putStep("a", { value: "again", expected: anyState })]);
    assert.equal((await get(scene, "a"))?.value, "again");
  },
  "an old revision lets nobody through, also after the record was removed and put again": async (scene) => {
    const [first, second] = [putStep("a", { value: "same" }), putStep("a", { value: "same" })];
    await scene.done([first]);
    await scene.done([removeStep("a")]);
    await scene.done([second]);
    for (const step of [
      { ...putStep("a"), expected: at(first.revision) },
      removeStep("a", { expected: at(first.revision) }),
      checkStep("a", { expected: at(first.revision) }),
    ]) {
      const [answer] = await scene.write([[step]]);
      assertConflict(answer, "a", second.revision);
    }
  },
  "a text that is no revision is another one than any": async (scene) => {
    const first = putStep("a");
    await scene.done([first]);
    for (const text of ["", "=", "*", "-", "\0", "\ud800", "\u001f", `=${first.revision}`, `${first.revision} `]) {
      const expected = at(text as typeof first.revision);
      for (const step of [putStep("a", { expected }), removeStep("a", { expected }), checkStep("a", { expected })]) {
        const [answer] = await scene.write([[step]]);
        assertConflict(answer, "a", first.revision);
      }
    }
  },
  "a remove tells whether there was one, and refuses another revision": async (scene) => {
    const put = putStep("a");
    assert.deepEqual(await scene.done([removeStep("a")]), [{ _tag: "Removed", existed: false }]);
    await scene.done([put]);
    const [other] = await scene.write([[removeStep("a", { expected: at(putStep("a").revision) })]]);
    assertConflict(other, "a", put.revision);
    assert.deepEqual(await scene.done([removeStep("a", { expected: at(put.revision) })]), [
      { _tag: "Removed", existed: true },
    ]);
    assert.equal(await get(scene, "a"), undefined);
  },
  "a check changes nothing, and refuses its whole list": async (scene) => {
    const put = putStep("a");
    await scene.done([put]);
    const before = await get(scene, "a");
    await scene.done([
      checkStep("a", { expected: at(put.revision) }),
      checkStep("b", { expected: absent }),
      checkStep("a"),
    ]);
    assert.deepEqual(await get(scene, "a"), before);
    const [answer] = await scene.write([
      [putStep("b"), checkStep("a", { expected: absent }), scene.enqueueStep("never")],
    ]);
    assertConflict(answer, "a", put.revision);
    assert.equal(await get(scene, "b"), undefined);
    await scene.expectStats({ enqueued: 0 });
  },
  "a step sees what the steps before it in its list will have done": async (scene) => {
    const [first, second, last] = [putStep("a"), putStep("a"), putStep("a", { value: "last" })];
    await scene.done([
      { ...first, expected: absent },
      checkStep("a", { expected: at(first.revision) }),
      { ...second, expected: at(first.revision) },
      removeStep("a", { expected: at(second.revision) }),
      checkStep("a", { expected: absent }),
      { ...last, expected: absent },
    ]);
    assert.deepEqual(await get(scene, "a"), { id: "a", value: "last", revision: last.revision });
    const [answer] = await scene.write([[removeStep("a"), checkStep("a", { expected: at(last.revision) })]]);
    assertConflict(answer, "a", undefined);
    assert.equal((await get(scene, "a"))?.revision, last.revision);
  },
  "a later list sees what an earlier one did, and nothing of one that was refused": async (scene) => {
    const [first, second, never] = [putStep("a"), putStep("a"), putStep("a")];
    const answers = await scene.write([
      [{ ...first, expected: absent }],
      [{ ...never, expected: at(first.revision) }, checkStep("a", { expected: at(first.revision) })],
      [{ ...second, expected: at(first.revision) }],
      [removeStep("a", { expected: at(second.revision) }), checkStep("b", { expected: at(second.revision) })],
    ]);
    assert.deepEqual(answers.map(isRight), [true, false, true, false]);
    assertConflict(answers[1], "a", never.revision);
    assertConflict(answers[3], "b", undefined);
    assert.equal((await get(scene, "a"))?.revision, second.revision);
  },
  "records of other collections and of ids that differ by a suffix, a case or an escape are others": async (scene) => {
    const ids = ["s1", "s12", "S1", "s", "", "s:1", "s%003A1", "i", "i:all"];
    const collections = ["things", "things:s1", "Things", "thing", ""];
    for (const collection of collections)
      await scene.done(ids.map((id) => putStep(id, { collection, value: `${collection} ${id}` })));
    for (const collection of collections)
      assert.deepEqual(
        (await getAll(scene, ids, collection)).map((record) => record?.value),
        ids.map((id) => `${collection} ${id}`),
      );
    await scene.done([removeStep("s1")]);
    assert.equal(await get(scene, "s1"), undefined);
    assert.equal((await get(scene, "s12"))?.value, "things s12");
    assert.equal((await get(scene, "s1", "Things"))?.value, "Things s1");
  },
  "a settlement and a put are one write: a lost lease, or a conflict, refuses both": async (scene) => {
    await scene.enqueue(["one", "two"]);
    const [one, two] = exactly(2, await scene.lease());
    const put = putStep("a", { indexes: [{ name: "all", sort: "1" }] });
    await scene.done([scene.settleStep(one, Ack), { ...put, expected: absent }]);
    const [lost] = await scene.write([[putStep("b"), scene.settleStep(one, Ack)]]);
    assertLost(lost, one.id);
    const [conflict] = await scene.write([[scene.settleStep(two, Ack), putStep("a", { expected: absent })]]);
    assertConflict(conflict, "a", put.revision);
    assert.equal(await get(scene, "b"), undefined);
    await scene.expectStats({ acked: 1, leased: 1 });
    assert.deepEqual(await idsIn(scene), ["a"]);
  },
  "a resent write of records answers as before, and is done once": async (scene) => {
    const put = putStep("a", { expected: absent });
    const lists = [[put], [removeStep("b")], [putStep("a", { expected: absent })]];
    const first = await scene.write(lists, "records");
    await scene.done([putStep("a", { value: "changed meanwhile" })]);
    assert.deepEqual(await scene.write(lists, "records"), first);
    assert.equal((await get(scene, "a"))?.value, "changed meanwhile");
  },
});
