/** Guarantee 11: the feed gives every event once, in position order, and passes over no loss of the log's. */
import assert from "node:assert/strict";
import { positionOf } from "../../../../core/Position.js";
import { SCAN_COUNT_MAX } from "../../../../port/LogPort.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered, type Scene } from "../../queue/Scene.js";
import { add, aheadOf, dataOf, elseAt, eventsOf, fed, feedPage, feedPages, readFeed } from "../reading.js";
import { appendStep, newEvent } from "../steps.js";

const MIB = 1024 * 1024;
const LIMITS = [1, 2, 3, 7, 1_000];

/** Forty events of four streams and four types, of which some were added together; the data is their order. */
const forty = async (scene: Scene): Promise<void> => {
  const events = numbered(40).map((data) => newEvent(data, { type: `type ${Number(data) % 4}` }));
  for (let n = 0; n < 40; n += 4) {
    const some = events.slice(n, n + 4);
    if (n % 8 === 0) await add(scene, `s/${n % 3}`, some);
    else await scene.done(some.map((event, i) => appendStep(i < 2 ? "s/1" : "t", [event])));
  }
};

export const feedCases: ReadonlyArray<ConformanceCase> = casesOf("11. Log: the feed", {
  "the feed gives every event once, in the order of positions, by pages of any size": async (scene) => {
    await forty(scene);
    for (const limit of LIMITS) {
      const events = await fed(scene, { limit });
      assert.deepEqual(dataOf(events), numbered(40), `by ${limit}`);
      const positions = events.map(({ position }) => position);
      assert.deepEqual([...new Set(positions)].sort(), positions, "positions sort as texts, in the order of the feed");
    }
  },
  "the feed gives the events of a stream in the order of their versions, as the stream does": async (scene) => {
    await forty(scene);
    const events = await fed(scene);
    const streams = [...new Set(events.map(({ stream }) => stream))];
    assert.deepEqual(streams.sort(), ["s/0", "s/1", "s/2", "t"]);
    for (const stream of streams)
      assert.deepEqual(
        events.filter((event) => event.stream === stream),
        await eventsOf(scene, stream),
      );
  },
  "the feed begins with the first event, or right behind the position that is given": async (scene) => {
    await forty(scene);
    const events = await fed(scene);
    for (const [n, { position }] of events.entries())
      assert.deepEqual(
        dataOf((await feedPage(scene, { after: position, limit: 3 })).events),
        numbered(40).slice(n + 1, n + 4),
      );
    assert.deepEqual(dataOf((await feedPage(scene, { limit: 1 })).events), ["0"]);
  },
  "a page may end inside an append, and the next one goes on there": async (scene) => {
    await add(scene, "s", numbered(10));
    const pages = await feedPages(scene, { limit: 4 });
    assert.deepEqual(
      pages.map(({ events }) => dataOf(events)),
      [
        ["0", "1", "2", "3"],
        ["4", "5", "6", "7"],
        ["8", "9"],
      ],
    );
    for (const { events, next } of pages) assert.equal(next, events.at(-1)?.position);
  },
  "the events of one write stand together, whoever else writes": async (scene) => {
    const lists = numbered(16).map((n) => [
      appendStep("s", [`${n} 0`, `${n} 1`]),
      scene.enqueueStep(n),
      appendStep(`t/${n}`, [`${n} 2`]),
      appendStep("s", [`${n} 3`]),
    ]);
    await Promise.all(lists.map((list, n) => scene.store.write([list], `together ${n}`)));
    const data = dataOf(await fed(scene));
    assert.equal(data.length, 64);
    for (let n = 0; n < 64; n += 4) {
      const writer = data[n]?.split(" ")[0];
      assert.deepEqual(
        data.slice(n, n + 4),
        ["0", "1", "2", "3"].map((part) => `${writer} ${part}`),
      );
    }
  },
  "types narrow the feed, and next passes over the others": async (scene) => {
    await forty(scene);
    const head = (await fed(scene)).at(-1)?.position;
    for (const types of [["type 1"], ["type 3", "type 0", "unknown"], ["type 2", "type 2"], ["unknown"], []])
      for (const limit of LIMITS) {
        const pages = await feedPages(scene, { types, limit });
        assert.deepEqual(
          pages.flatMap(({ events }) => dataOf(events)),
          numbered(40).filter((n) => types.includes(`type ${Number(n) % 4}`)),
          `${types.join()} by ${limit}`,
        );
        assert.equal(pages.at(-1)?.next, head, "the last page ends at the end of the log");
      }
  },
  "categories narrow the feed: the name of a stream up to its first slash, or the whole name": async (scene) => {
    const streams = ["a", "a/1", "a/b/2", "A/1", "ab/1", "b/a", "a%002F1", "/a", "", "a b/1"];
    await scene.done(streams.map((stream) => appendStep(stream, [newEvent(stream, { type: stream.slice(-1) })])));
    for (const [categories, expected] of [
      [["a"], ["a", "a/1", "a/b/2"]],
      [["A"], ["A/1"]],
      [["b"], ["b/a"]],
      [[""], ["/a", ""]],
      [
        ["ab", "a%002F1", "unknown"],
        ["ab/1", "a%002F1"],
      ],
      [["a b"], ["a b/1"]],
      [["a/1"], []],
      [[], []],
    ] as const)
      for (const limit of [1, 100])
        assert.deepEqual(dataOf(await fed(scene, { categories, limit })), expected, categories.join());
    const both = { types: ["1"], categories: ["a", "A"] };
    assert.deepEqual(dataOf(await fed(scene, both)), ["a/1", "A/1"], "both narrow it");
  },
  "the end of the log is told there, and only there": async (scene) => {
    await forty(scene);
    const head = (await fed(scene)).at(-1)?.position;
    for (const limit of LIMITS) {
      let after: typeof head;
      for (let looked = limit; after !== head; looked += limit) {
        const { next, caughtUp } = await feedPage(scene, { after, limit });
        assert.equal(caughtUp, looked >= 40, `${looked} of 40 events`);
        after = next;
      }
    }
    assert.deepEqual(await feedPage(scene, { after: head }), {
      _tag: "Events",
      events: [],
      next: head,
      caughtUp: true,
    });
  },
  "an empty log has an empty feed": async (scene) => {
    for (const draft of [{}, { types: ["a"] }, { categories: ["a"], limit: 1 }])
      assert.deepEqual(await feedPage(scene, draft), { _tag: "Events", events: [], next: undefined, caughtUp: true });
  },
  "a page of the feed holds at most 4 MiB, but one event at least": async (scene) => {
    for (const n of numbered(6))
      await add(scene, `s/${n}`, [newEvent(n.padEnd(MIB / 2, "x"), { meta: "m".repeat(MIB / 2) })]);
    await add(scene, "large", ["6".padEnd(5 * MIB, "x")]);
    await add(scene, "s/7", ["7"]);
    const pages = await feedPages(scene);
    for (const { events } of pages)
      assert.ok(
        events.length === 1 || events.every(({ stream }) => stream !== "large"),
        "5 MiB did not stand alone in their page",
      );
    assert.ok((pages[0]?.events.length ?? 0) <= 4, "a page of the feed has no bound in bytes");
    assert.deepEqual(
      pages.flatMap(({ events }) => events.map(({ data }) => data[0])),
      numbered(8),
    );
  },
  "a page that finds nothing wanted looks at 5,000 events, and says where to go on": async (scene) => {
    const count = SCAN_COUNT_MAX + 1_500;
    for (let n = 0; n < count; n += 500) await add(scene, `s/${n}`, numbered(500));
    const wanted = newEvent("wanted", { type: "wanted" });
    await add(scene, "s", [wanted]);
    const positions = (await fed(scene, { limit: 1_000 })).map(({ position }) => position);
    for (const draft of [{ types: ["wanted"] }, { categories: ["s"], types: ["wanted"] }]) {
      const { events, next, caughtUp } = await feedPage(scene, draft);
      assert.ok(next !== undefined && !caughtUp, "a page is the last in the middle of the log");
      assert.deepEqual(events, []);
      const looked = positions.indexOf(next) + 1;
      assert.ok(looked > 0 && looked <= SCAN_COUNT_MAX, `a page looked at ${looked} events`);
      assert.deepEqual(dataOf(await fed(scene, draft)), ["wanted"]);
    }
  },
  "a position that the log never had is told as such, with the last one that it has": async (scene) => {
    await forty(scene);
    const events = await fed(scene);
    const head = events.at(-1)?.position;
    assert.ok(head !== undefined);
    for (const after of [aheadOf(head), elseAt(head), ...events.slice(5, 9).map(({ position }) => elseAt(position))])
      for (const draft of [{}, { types: ["unknown"] }, { limit: 1 }])
        assert.deepEqual(await readFeed(scene, { after, ...draft }), { _tag: "WentBack", head }, after);
    assert.equal((await fed(scene, { after: events[5]?.position })).length, 34);
  },
  "an empty log never had any position": async (scene) => {
    for (const place of [1, 2, 1_000])
      assert.deepEqual(await readFeed(scene, { after: positionOf(place, "abcdef") }), {
        _tag: "WentBack",
        head: undefined,
      });
  },
});
