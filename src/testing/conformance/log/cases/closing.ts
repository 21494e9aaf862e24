/** Guarantee 11: a closed stream takes no events, and goes on where it was once it is reopened. */
import assert from "node:assert/strict";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered } from "../../queue/Scene.js";
import { prune, setClosed, trim } from "../keeping.js";
import { add, assertClosed, assertVersion, dataOf, done, eventsOf, fed, streamPage } from "../reading.js";
import { anyVersion, appendStep, atVersion, newEvent, noEvents, someEvents } from "../steps.js";

export const streamClosingCases: ReadonlyArray<ConformanceCase> = casesOf("11. Log: closing", {
  "a closed stream refuses events and another close by an append, and passes checks": async (scene) => {
    await add(scene, "s", ["a", "b"]);
    await setClosed(scene, "s", true);
    for (const step of [
      appendStep("s", ["c"]),
      appendStep("s", ["c"], { closes: true }),
      appendStep("s", [], { closes: true }),
    ]) {
      const [answer] = await scene.write([[appendStep("t", ["never"]), step]]);
      assertClosed(answer, "s", 2);
    }
    for (const expected of [anyVersion, someEvents, atVersion(2)])
      assert.equal((await done(scene, appendStep("s", [], { expected }))).version, 2);
    const page = await streamPage(scene, "s");
    assert.deepEqual([page.closed, page.version, dataOf(page.events)], [true, 2, ["a", "b"]]);
    assert.deepEqual(dataOf(await fed(scene)), ["a", "b"]);
  },
  "of a closed stream that is told before its version; to a check its version is told": async (scene) => {
    const last = newEvent("b");
    await add(scene, "s", ["a", last], { closes: true });
    for (const expected of [noEvents, atVersion(1), atVersion(2, newEvent("").id), atVersion(3)]) {
      const [closed] = await scene.write([[appendStep("s", ["c"], { expected })]]);
      assertClosed(closed, "s", 2);
      const [check] = await scene.write([[appendStep("s", [], { expected })]]);
      assertVersion(check, "s", 2);
    }
  },
  "an append may close its stream, with events or without": async (scene) => {
    assert.equal((await done(scene, appendStep("s", ["a"], { closes: true }))).version, 1);
    await add(scene, "t", ["b"]);
    assert.deepEqual(await done(scene, appendStep("t", [], { expected: atVersion(1), closes: true })), {
      _tag: "Appended",
      version: 1,
      position: undefined,
    });
    await done(scene, appendStep("unknown", [], { expected: noEvents, closes: true }));
    for (const [stream, version] of [
      ["s", 1],
      ["t", 1],
      ["unknown", 0],
    ] as const) {
      assert.equal((await streamPage(scene, stream)).closed, true, stream);
      const [answer] = await scene.write([[appendStep(stream, ["c"])]]);
      assertClosed(answer, stream, version);
    }
    const [conflict] = await scene.write([[appendStep("u", [], { expected: someEvents, closes: true })]]);
    assertVersion(conflict, "u", 0);
    assert.equal((await streamPage(scene, "u")).closed, false, "a refused append closed its stream");
  },
  "a reopened stream goes on with the next version": async (scene) => {
    await add(scene, "s", ["a", "b"], { closes: true });
    await setClosed(scene, "s", false);
    assert.equal((await streamPage(scene, "s")).closed, false);
    await add(scene, "s", ["c"], { expected: atVersion(2) });
    await setClosed(scene, "s", true);
    await setClosed(scene, "s", true);
    await setClosed(scene, "s", false);
    await add(scene, "s", ["d"], { expected: atVersion(3) });
    assert.deepEqual(
      (await eventsOf(scene, "s")).map(({ version, data }) => [version, data]),
      [
        [1, "a"],
        [2, "b"],
        [3, "c"],
        [4, "d"],
      ],
    );
  },
  "a stream that never had an event may be closed, and is reopened as it was": async (scene) => {
    await setClosed(scene, "s", true);
    assert.deepEqual(await streamPage(scene, "s"), { version: 0, prunedTo: 0, closed: true, events: [] });
    const [answer] = await scene.write([[appendStep("s", ["never"], { expected: noEvents })]]);
    assertClosed(answer, "s", 0);
    for (const stream of ["s", "unknown"]) {
      await setClosed(scene, stream, false);
      assert.deepEqual(await streamPage(scene, stream), { version: 0, prunedTo: 0, closed: false, events: [] });
      await add(scene, stream, ["a"], { expected: noEvents });
    }
  },
  "a stream stays closed when its events are pruned or trimmed": async (scene) => {
    const [a, b, c] = [newEvent("a"), newEvent("b"), newEvent("c")];
    const position = await add(scene, "s", [a, b], { closes: true });
    await prune(scene, "s", 1);
    await trim(scene, position);
    assert.deepEqual(await streamPage(scene, "s"), { version: 2, prunedTo: 2, closed: true, events: [] });
    const [answer] = await scene.write([[appendStep("s", ["never"])]]);
    assertClosed(answer, "s", 2);
    await setClosed(scene, "s", false);
    assert.deepEqual(await streamPage(scene, "s"), { version: 2, prunedTo: 2, closed: false, events: [] });
    await add(scene, "s", [c], { expected: atVersion(2, b.id) });
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["c"]);
  },
  "of a close and appends at once those before it are done, and those behind it refused": async (scene) => {
    const { store } = scene;
    await add(scene, "s", ["first"]);
    const appends = numbered(10).map((n) => [appendStep("s", [n])]);
    // Each `then` makes its call: first five appends, then the close, then five more.
    const writes = (from: number) =>
      appends.slice(from, from + 5).map((list, n) => store.write([list], `race ${from + n}`).then((answer) => answer));
    const early = writes(0);
    const closing = store.setClosed({ stream: "s", closed: true }, "close").then(() => undefined);
    const late = writes(5);
    const answers = (await Promise.all([...early, ...late])).flat();
    await closing;
    const { version, closed } = await streamPage(scene, "s");
    assert.ok(closed, "the close was lost");
    assert.equal(answers.filter(isRight).length, version - 1, "as many were done as were added");
    for (const answer of answers) if (isLeft(answer)) assertClosed(answer, "s", version);
    const races = await Promise.all(
      numbered(8).map((n) => store.write([[appendStep("t", [n], { closes: true })]], `closes ${n}`)),
    );
    assert.equal(races.flat().filter(isRight).length, 1, "of appends that close one wins");
    for (const answer of races.flat()) if (isLeft(answer)) assertClosed(answer, "t", 1);
  },
});
