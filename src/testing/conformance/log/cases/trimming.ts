/** Guarantee 11: what the log gave up is told to whoever would have read it. */
import assert from "node:assert/strict";
import type { Position } from "../../../../core/Position.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered, type Scene } from "../../queue/Scene.js";
import { prune, prunePart, trim, trimWhole } from "../keeping.js";
import {
  add,
  aheadOf,
  assertVersion,
  dataOf,
  elseAt,
  eventsOf,
  fed,
  feedPage,
  otherThan,
  readFeed,
  streamPage,
} from "../reading.js";
import { appendStep, atVersion, newEvent, noEvents } from "../steps.js";

/** Ten events of the streams "s" and "t" by turns, whose data is their order; answers their positions. */
const ten = async (scene: Scene): Promise<ReadonlyArray<Position>> => {
  await scene.done(numbered(10).map((n) => appendStep(Number(n) % 2 === 0 ? "s" : "t", [n])));
  return (await fed(scene)).map(({ position }) => position);
};

/** The position of this number. */
const at = (positions: ReadonlyArray<Position>, n: number): Position => {
  const position = positions.at(n);
  assert.ok(position !== undefined, "ten events have ten positions");
  return position;
};

export const trimmingCases: ReadonlyArray<ConformanceCase> = casesOf("11. Log: trimming", {
  "a feed that would pass over trimmed events is told where the rest begins": async (scene) => {
    const positions = await ten(scene);
    const trimmedTo = at(positions, 4);
    assert.equal(await trim(scene, trimmedTo), trimmedTo, "a trim gives up the event at its position too");
    for (const after of [undefined, ...positions.slice(0, 4)])
      for (const draft of [{}, { types: ["unknown"] }, { categories: ["t"], limit: 1 }])
        assert.deepEqual(await readFeed(scene, { after, ...draft }), { _tag: "Trimmed", trimmedTo });
    assert.deepEqual(dataOf(await fed(scene, { after: trimmedTo })), ["5", "6", "7", "8", "9"]);
    assert.deepEqual(dataOf(await fed(scene, { after: at(positions, 7) })), ["8", "9"]);
  },
  "streams count trimmed events as pruned, and their versions go on": async (scene) => {
    const positions = await ten(scene);
    await trim(scene, at(positions, 4));
    for (const [stream, prunedTo, left] of [
      ["s", 3, ["6", "8"]],
      ["t", 2, ["5", "7", "9"]],
    ] as const) {
      const page = await streamPage(scene, stream);
      assert.deepEqual([page.version, page.prunedTo, dataOf(page.events)], [5, prunedTo, left]);
      assert.deepEqual(dataOf(await eventsOf(scene, stream, { backwards: true })), [...left].reverse());
    }
    await add(scene, "s", ["10"], { expected: atVersion(5) });
    assert.equal(
      await prunePart(scene, { stream: "s", upTo: 4, limit: 1 }),
      4,
      "a prune goes on behind what was trimmed",
    );
    assert.deepEqual(
      (await eventsOf(scene, "s")).map(({ version, data }) => [version, data]),
      [
        [5, "8"],
        [6, "10"],
      ],
    );
  },
  "a trim goes on by portions, and never beyond its position": async (scene) => {
    const count = 1_200;
    for (let n = 0; n < count; n += 200) await add(scene, `s/${n}`, numbered(200));
    const positions = (await fed(scene, { limit: 1_000 })).map(({ position }) => position);
    const upTo = at(positions, 1_000);
    const steps = await trimWhole(scene, upTo, 300);
    for (const [i, step] of steps.entries()) {
      const before = i === 0 ? -1 : positions.indexOf(at(steps, i - 1));
      const trimmed = positions.indexOf(step) - before;
      assert.ok(trimmed > 0 && trimmed < 600, `a trim of some 300 events gave up ${trimmed}`);
    }
    assert.equal((await fed(scene, { after: upTo })).length, 199);
    assert.equal((await streamPage(scene, "s/800")).prunedTo, 200);
    assert.equal((await streamPage(scene, "s/1000")).prunedTo, 1);
  },
  "a trim never goes back, and a position that the log never had gives up nothing": async (scene) => {
    const positions = await ten(scene);
    const [fourth, head] = [at(positions, 3), at(positions, -1)];
    for (const upTo of [elseAt(fourth), elseAt(head), aheadOf(head)]) {
      assert.equal(await trim(scene, upTo), undefined);
      assert.equal((await fed(scene)).length, 10, "a position of another history gave up events");
    }
    await trim(scene, fourth);
    for (const upTo of [at(positions, 0), fourth, elseAt(at(positions, 6)), aheadOf(head)])
      assert.equal(await trim(scene, upTo), fourth);
    assert.equal((await fed(scene, { after: fourth })).length, 6);
  },
  "a log that is trimmed whole goes on behind its last position": async (scene) => {
    const positions = await ten(scene);
    const head = at(positions, -1);
    const last = newEvent("last");
    const trimmedTo = await add(scene, "s", [last]);
    assert.equal(await trim(scene, trimmedTo), trimmedTo);
    assert.deepEqual(await feedPage(scene, { after: trimmedTo }), {
      _tag: "Events",
      events: [],
      next: trimmedTo,
      caughtUp: true,
    });
    for (const after of [undefined, head])
      assert.deepEqual(await readFeed(scene, { after }), { _tag: "Trimmed", trimmedTo });
    for (const after of [elseAt(trimmedTo), aheadOf(trimmedTo)])
      assert.deepEqual(await readFeed(scene, { after }), { _tag: "WentBack", head: trimmedTo });
    assert.deepEqual(await streamPage(scene, "s"), { version: 6, prunedTo: 6, closed: false, events: [] });
    for (const expected of [noEvents, atVersion(6, otherThan(last.id))]) {
      const [answer] = await scene.write([[appendStep("s", ["never"], { expected })]]);
      assertVersion(answer, "s", 6);
    }
    const next = await add(scene, "s", ["next"], { expected: atVersion(6, last.id) });
    assert.ok(next > trimmedTo, "positions begin anew");
    assert.deepEqual(dataOf(await fed(scene, { after: trimmedTo })), ["next"]);
    assert.deepEqual(
      (await eventsOf(scene, "s")).map(({ version }) => version),
      [7],
    );
  },
  "a trim may end at a pruned event, and passes over others": async (scene) => {
    const positions = await ten(scene);
    await prune(scene, "s", 4);
    const trimmedTo = at(positions, 4);
    assert.equal(await trim(scene, trimmedTo), trimmedTo);
    assert.deepEqual(await readFeed(scene), { _tag: "Trimmed", trimmedTo });
    assert.deepEqual(await readFeed(scene, { after: elseAt(trimmedTo) }), {
      _tag: "WentBack",
      head: at(positions, -1),
    });
    assert.deepEqual(dataOf(await fed(scene, { after: trimmedTo })), ["5", "7", "8", "9"]);
    assert.deepEqual([(await streamPage(scene, "s")).prunedTo, (await streamPage(scene, "t")).prunedTo], [4, 2]);
  },
});
