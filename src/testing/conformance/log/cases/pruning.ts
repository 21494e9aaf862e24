/** Guarantee 11: versions and positions go on over what a stream gave up. */
import assert from "node:assert/strict";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered } from "../../queue/Scene.js";
import { prune, prunePart, setClosed, trim } from "../keeping.js";
import {
  add,
  assertVersion,
  dataOf,
  elseAt,
  eventsOf,
  fed,
  feedPage,
  feedPages,
  otherThan,
  readFeed,
  streamPage,
} from "../reading.js";
import { appendStep, atVersion, newEvent, noEvents, someEvents } from "../steps.js";

export const pruningCases: ReadonlyArray<ConformanceCase> = casesOf("11. Log: pruning", {
  "a pruned event is gone for its stream and for feeds, and how far is told": async (scene) => {
    await scene.done(numbered(6).map((n) => appendStep(Number(n) % 2 === 0 ? "s" : "t", [n])));
    assert.equal(await prune(scene, "s", 2), 2);
    const page = await streamPage(scene, "s");
    assert.deepEqual([page.version, page.prunedTo, dataOf(page.events)], [3, 2, ["4"]]);
    assert.deepEqual(dataOf(await eventsOf(scene, "s", { after: 1, backwards: true })), ["4"]);
    assert.deepEqual(dataOf(await eventsOf(scene, "s", { upTo: 2 })), []);
    assert.deepEqual(dataOf(await eventsOf(scene, "t")), ["1", "3", "5"], "another stream was pruned");
    assert.deepEqual(dataOf(await fed(scene)), ["1", "3", "4", "5"]);
  },
  "versions go on behind what was pruned, also where no event is left": async (scene) => {
    const [a, b, c, d] = [newEvent("a"), newEvent("b"), newEvent("c"), newEvent("d")];
    await add(scene, "s", [a, b, c]);
    await prune(scene, "s", 3);
    const expected = { version: 3, prunedTo: 3, closed: false, events: [] };
    assert.deepEqual(await streamPage(scene, "s"), expected);
    for (const draft of [noEvents, atVersion(0), atVersion(2), atVersion(3, otherThan(c.id)), atVersion(3, b.id)]) {
      const [answer] = await scene.write([[appendStep("s", ["never"], { expected: draft })]]);
      assertVersion(answer, "s", 3);
    }
    await scene.done([appendStep("s", [], { expected: someEvents })]);
    await add(scene, "s", [d], { expected: atVersion(3, c.id) });
    const [left] = await eventsOf(scene, "s");
    assert.deepEqual([left?.version, left?.id], [4, d.id]);
    await prune(scene, "s", 4);
    await add(scene, "s", ["e"], { expected: atVersion(4, d.id) });
    assert.deepEqual(
      (await eventsOf(scene, "s")).map(({ version }) => version),
      [5],
    );
  },
  "a prune goes as far as its limit, and answers how far that is": async (scene) => {
    await add(scene, "s", numbered(10));
    const answers: Array<number> = [];
    let prunedTo = 0;
    while (prunedTo < 8 && answers.length < 10) {
      const next = await prunePart(scene, { stream: "s", upTo: 8, limit: 3 });
      assert.ok(next > prunedTo && next <= prunedTo + 3, `a prune of 3 went from ${prunedTo} to ${next}`);
      assert.equal((await streamPage(scene, "s")).prunedTo, next);
      answers.push(next);
      prunedTo = next;
    }
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["8", "9"]);
    assert.deepEqual(dataOf(await fed(scene)), ["8", "9"]);
  },
  "a prune never goes back, nor beyond the stream, and makes none": async (scene) => {
    await add(scene, "s", numbered(4));
    assert.equal(await prune(scene, "s", 3), 3);
    assert.equal(await prune(scene, "s", 1), 3);
    assert.equal(await prune(scene, "s", 0), 3);
    assert.equal(await prune(scene, "s", 100), 4);
    assert.equal(await prune(scene, "unknown", 5), 0);
    assert.equal((await streamPage(scene, "unknown")).version, 0);
    await add(scene, "unknown", ["a"], { expected: noEvents });
    assert.deepEqual(dataOf(await eventsOf(scene, "unknown")), ["a"]);
    await add(scene, "s", ["5"]);
    assert.deepEqual(dataOf(await eventsOf(scene, "s")), ["5"], "a prune gave up what was not there yet");
  },
  "a pruned event keeps its position, which is still told from those of another history": async (scene) => {
    const first = await add(scene, "s", ["a"]);
    const second = await add(scene, "s", ["b"]);
    const head = await add(scene, "t", ["c"]);
    await prune(scene, "s", 2);
    assert.deepEqual(dataOf(await fed(scene, { after: first })), ["c"]);
    assert.deepEqual(dataOf(await fed(scene, { after: second })), ["c"]);
    await prune(scene, "t", 1);
    for (const position of [first, second, head]) {
      assert.deepEqual(await readFeed(scene, { after: elseAt(position) }), { _tag: "WentBack", head });
      assert.deepEqual(await feedPage(scene, { after: position }), {
        _tag: "Events",
        events: [],
        next: head,
        caughtUp: true,
      });
    }
  },
  "a feed passes over pruned events, and is not at its end there": async (scene) => {
    await scene.done(numbered(30).map((n) => appendStep(n === "10" || n === "29" ? "t" : "s", [n])));
    await prune(scene, "s", 28);
    for (const limit of [1, 2, 100])
      for (const types of [undefined, ["happened"]]) {
        assert.deepEqual(dataOf(await fed(scene, { limit, types })), ["10", "29"]);
        const pages = await feedPages(scene, { limit, types });
        for (const { next, caughtUp } of pages.slice(0, -1))
          assert.deepEqual(caughtUp, false, `the log ended at ${next}`);
      }
    await prune(scene, "t", 2);
    assert.deepEqual(await fed(scene), []);
    assert.equal((await feedPages(scene)).at(-1)?.caughtUp, true);
  },
  "a prune, a trim and a close that are sent again answer as before and change nothing": async (scene) => {
    const { store } = scene;
    await add(scene, "s", numbered(6));
    const [, , third, fourth] = (await fed(scene)).map(({ position }) => position);
    assert.ok(third !== undefined && fourth !== undefined);
    const calls: ReadonlyArray<() => PromiseLike<unknown>> = [
      () => store.pruneStream({ stream: "s", upTo: 4, limit: 2 }, "prune"),
      () => store.trimLog({ upTo: fourth, limit: 3 }, "trim"),
      () => store.setClosed({ stream: "s", closed: true }, "close"),
      () => store.setClosed({ stream: "s", closed: false }, "open"),
    ];
    const answers: Array<unknown> = [];
    for (const call of calls) answers.push(await call());
    assert.deepEqual(answers[0], { prunedTo: 2 });
    await setClosed(scene, "t", true);
    await trim(scene, third, 1);
    const before = [await streamPage(scene, "s"), await readFeed(scene, { after: fourth })];
    for (const [n, call] of calls.entries()) {
      assert.deepEqual(await call(), answers[n], "a call that was sent again answered otherwise");
      assert.deepEqual([await streamPage(scene, "s"), await readFeed(scene, { after: fourth })], before);
    }
  },
});
