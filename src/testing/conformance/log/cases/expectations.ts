/** Guarantee 11: what an append expects of its stream holds, or nothing of its list is done. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { Ack } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { assertLost, exactly, numbered, resultsOf, type Scene } from "../../queue/Scene.js";
import { assertConflict, get } from "../../records/reading.js";
import { absent, putStep } from "../../records/steps.js";
import {
  add,
  appended,
  assertClosed,
  assertVersion,
  dataOf,
  done,
  eventsOf,
  fed,
  otherThan,
  streamPage,
} from "../reading.js";
import { anyVersion, appendStep, atVersion, newEvent, noEvents, someEvents } from "../steps.js";

const GUARANTEE = "11. Log: expectations";

/** Eight appends at once that expect the same, made through these stores by turns. */
const race = async (stores: readonly [Scene, ...Array<Scene>], stream: string, version: number): Promise<void> => {
  const expected = version === 0 ? noEvents : atVersion(version);
  const steps = numbered(8).map((data) => appendStep(stream, [data], { expected }));
  const answers = await Promise.all(
    steps.map((step, n) => (stores[n % stores.length] ?? stores[0]).store.write([[step]], `race ${version} ${n}`)),
  );
  const won = answers.flatMap((answer, n) => (answer.every(isRight) ? [String(n)] : []));
  assert.equal(won.length, 1, "one append wins");
  for (const [n, answer] of answers.entries()) if (String(n) !== won[0]) assertVersion(answer[0], stream, version + 1);
  for (const scene of stores) assert.deepEqual(dataOf(await eventsOf(scene, stream, { after: version })), won);
};

const alone: ReadonlyArray<ConformanceCase> = casesOf(GUARANTEE, {
  "of two appends that expect no events one is done, and the other is told version 1": async (scene) => {
    const answers = await scene.write([
      [appendStep("s", ["a"], { expected: noEvents })],
      [appendStep("s", ["b"], { expected: noEvents })],
    ]);
    assert.deepEqual(answers.map(isRight), [true, false]);
    assertVersion(answers[1], "s", 1);
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["a"]);
  },
  "of appends at once that expect the same version one wins, and the others are told the next": async (scene) => {
    for (const version of [0, 1, 2]) await race([scene], "s", version);
  },
  "an append that expects some events is refused by a stream without any": async (scene) => {
    const [none] = await scene.write([[appendStep("s", ["a"], { expected: someEvents })]]);
    assertVersion(none, "s", 0);
    await add(scene, "s", ["a"]);
    await add(scene, "s", ["b"], { expected: someEvents });
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["a", "b"]);
  },
  "an append that expects a version is refused by any other, and told the one that is there": async (scene) => {
    const [early] = await scene.write([[appendStep("s", ["a"], { expected: atVersion(1) })]]);
    assertVersion(early, "s", 0);
    await add(scene, "s", ["a", "b"], { expected: atVersion(0) });
    for (const version of [0, 1, 3]) {
      const [answer] = await scene.write([[appendStep("s", ["c"], { expected: atVersion(version) })]]);
      assertVersion(answer, "s", 2);
    }
    await add(scene, "s", ["c"], { expected: atVersion(2) });
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["a", "b", "c"]);
  },
  "an append that names the last event is refused where another one is the last": async (scene) => {
    const [a, b] = [newEvent("a"), newEvent("b")];
    await add(scene, "s", [a, b], { expected: atVersion(0, a.id) });
    const [other] = await scene.write([[appendStep("s", ["c"], { expected: atVersion(2, otherThan(b.id)) })]]);
    assertVersion(other, "s", 2);
    const [older] = await scene.write([[appendStep("s", ["c"], { expected: atVersion(1, a.id) })]]);
    assertVersion(older, "s", 2);
    await add(scene, "s", ["c"], { expected: atVersion(2, b.id) });
    assert.equal((await streamPage(scene, "s")).version, 3);
  },
  "appends at once that expect any version are all done, with dense versions from 1": async (scene) => {
    const answers = await Promise.all(
      numbered(40).map((n) =>
        scene.store.write([[appendStep("s", [`${n} a`, `${n} b`], { expected: anyVersion })]], `any ${n}`),
      ),
    );
    const versions = answers.map(([answer]) => appended(resultsOf(answer)[0]).version);
    assert.deepEqual(
      [...versions].sort((a, b) => a - b),
      numbered(40).map((n) => (Number(n) + 1) * 2),
    );
    const events = await eventsOf(scene, "s");
    assert.deepEqual(
      events.map(({ version }) => version),
      numbered(80).map((n) => Number(n) + 1),
    );
    versions.forEach((version, n) => {
      assert.deepEqual(dataOf(events.slice(version - 2, version)), [`${n} a`, `${n} b`]);
    });
  },
  "an append sees what those before it in its list will have done": async (scene) => {
    const [a, b, c] = [newEvent("a"), newEvent("b"), newEvent("c")];
    const results = await scene.done([
      appendStep("s", [a], { expected: noEvents }),
      appendStep("s", [], { expected: atVersion(1, a.id) }),
      appendStep("other", ["x"]),
      appendStep("s", [b], { expected: atVersion(1, a.id) }),
      appendStep("s", [c], { expected: atVersion(2, b.id), closes: true }),
      appendStep("s", [], { expected: someEvents }),
    ]);
    assert.deepEqual(
      results.map((result) => appended(result).version),
      [1, 1, 1, 2, 3, 3],
    );
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["a", "b", "c"]);
    assert.deepEqual(dataOf(await fed(scene)), ["a", "x", "b", "c"]);
    const [twice] = await scene.write([
      [appendStep("t", ["a"], { expected: noEvents }), appendStep("t", ["b"], { expected: noEvents })],
    ]);
    assertVersion(twice, "t", 1);
    const [closed] = await scene.write([[appendStep("t", ["a"], { closes: true }), appendStep("t", ["b"])]]);
    assertClosed(closed, "t", 1);
    assert.deepEqual(await streamPage(scene, "t"), { version: 0, prunedTo: 0, closed: false, events: [] });
  },
  "an append in a later list sees what an earlier list did, and nothing of one that was refused": async (scene) => {
    const [a, b, never] = [newEvent("a"), newEvent("b"), newEvent("never")];
    const answers = await scene.write([
      [appendStep("s", [a], { expected: noEvents })],
      [appendStep("s", [never], { expected: atVersion(1, a.id), closes: true }), appendStep("s", ["never"])],
      [appendStep("s", [b], { expected: atVersion(1, a.id) })],
      [
        appendStep("s", ["never"], { expected: atVersion(2, b.id) }),
        appendStep("t", ["never"], { expected: someEvents }),
      ],
      [appendStep("s", ["c"], { expected: atVersion(2, b.id) })],
    ]);
    assert.deepEqual(answers.map(isRight), [true, false, true, false, true]);
    assertClosed(answers[1], "s", 2);
    assertVersion(answers[3], "t", 0);
    assert.deepEqual(dataOf(await fed(scene)), ["a", "b", "c"]);
    assert.equal((await streamPage(scene, "s")).closed, false);
  },
  "events, records, messages and settlements are done together or not at all, and the first refused step is told":
    async (scene) => {
      await scene.enqueue(["one", "two"]);
      const [one, two] = exactly(2, await scene.lease());
      const put = putStep("a", { expected: absent });
      await scene.done([scene.settleStep(one, Ack), appendStep("s", ["a"]), put, scene.enqueueStep("three")]);
      const good = [scene.settleStep(two, Ack), appendStep("s", ["b"]), putStep("b"), scene.enqueueStep("never")];
      const lost = scene.settleStep(one, Ack);
      const late = appendStep("s", ["c"], { expected: noEvents });
      const conflict = putStep("a", { expected: absent });
      for (const at of [0, 2, 4]) {
        const joined = (...bad: ReadonlyArray<(typeof good)[number]>) => [
          ...good.slice(0, at),
          ...bad,
          ...good.slice(at),
        ];
        const answers = await scene.write([joined(lost, late), joined(late, conflict), joined(conflict, lost)]);
        assertLost(answers[0], one.id);
        assertVersion(answers[1], "s", at < 2 ? 1 : 2);
        assertConflict(answers[2], "a", put.revision);
      }
      assert.deepEqual(dataOf(await fed(scene)), ["a"]);
      assert.equal(await get(scene, "b"), undefined);
      await scene.expectStats({ enqueued: 3, acked: 1, leased: 1, ready: 1 });
      await scene.done(good);
      assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["a", "b"]);
    },
  "an append without events is a check: it stores nothing, and refuses its list": async (scene) => {
    assert.deepEqual(await done(scene, appendStep("s", [], { expected: noEvents })), {
      _tag: "Appended",
      version: 0,
      position: undefined,
    });
    await add(scene, "s", ["a"]);
    const before = [await streamPage(scene, "s"), await fed(scene)];
    for (const expected of [anyVersion, someEvents, atVersion(1)])
      assert.deepEqual(await done(scene, appendStep("s", [], { expected })), {
        _tag: "Appended",
        version: 1,
        position: undefined,
      });
    const [answer] = await scene.write([[appendStep("t", ["never"]), appendStep("s", [], { expected: noEvents })]]);
    assertVersion(answer, "s", 1);
    assert.deepEqual([await streamPage(scene, "s"), await fed(scene)], before);
    assert.equal((await streamPage(scene, "t")).version, 0);
  },
  "a resent append answers as before and adds nothing": async (scene) => {
    const lists = [
      [appendStep("s", ["a", "b"], { expected: noEvents })],
      [appendStep("s", ["never"], { expected: noEvents })],
      [appendStep("s", ["c"], { closes: true })],
    ];
    const first = await scene.write(lists, "appends");
    await scene.store.setClosed({ stream: "s", closed: false }, "reopened");
    await add(scene, "s", ["meanwhile"]);
    assert.deepEqual(await scene.write(lists, "appends"), first);
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["a", "b", "c", "meanwhile"]);
    assert.equal((await fed(scene)).length, 4);
  },
});

const together: ReadonlyArray<ConformanceCase> = casesOf(
  GUARANTEE,
  {
    "of appends of two processes that expect the same version one wins": async (scene) => {
      const there = await scene.elsewhere();
      for (const version of [0, 1, 2]) await race([scene, there], "s", version);
    },
  },
  { shared: true },
);

export const appendExpectationCases: ReadonlyArray<ConformanceCase> = [...alone, ...together];
