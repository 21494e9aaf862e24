/** Guarantee 11: what is read of a stream is what was added, with dense versions from 1. */
import assert from "node:assert/strict";
import { tailIn, tailOf } from "../../../../core/Position.js";
import type { StoredEvent } from "../../../../port/LogPort.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered } from "../../queue/Scene.js";
import { add, dataOf, done, eventsOf, fed, feedPage, streamPage } from "../reading.js";
import { appendStep, newEvent } from "../steps.js";

const MIB = 1024 * 1024;

/** Texts that a store may spoil; those without a line break may also be an event's meta. */
const texts: ReadonlyArray<string> = [
  "",
  " ",
  "a b",
  "a\tb",
  "a\nb",
  "\r\n",
  "\0",
  "a:b",
  "a/b",
  "/",
  "a%003Ab",
  "%",
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
  "*",
];

const categoryOf = (stream: string): string => stream.split("/")[0] ?? "";

/** An event as it was stored, without its place and time. */
const given = ({ id, type, stream, version, data, meta }: StoredEvent) => ({ id, type, stream, version, data, meta });

export const streamCases: ReadonlyArray<ConformanceCase> = casesOf("11. Log: streams", {
  "events arrive as they were added, with their versions and positions": async (scene) => {
    const events = [
      newEvent("1", { type: "opened", meta: '{"by":"a"}' }),
      newEvent("2"),
      newEvent("3", { type: "closed" }),
    ];
    const { version, position } = await done(scene, appendStep("s", events));
    const stored = await eventsOf(scene, "s");
    assert.deepEqual(
      stored.map(given),
      events.map((event, n) => ({ ...event, stream: "s", version: n + 1 })),
    );
    assert.deepEqual([version, position], [3, stored[2]?.position], "an append answers where its last event stands");
    for (const { id, position: at } of stored) assert.equal(tailIn(at), tailOf(id), "a position names its event");
    assert.deepEqual(await fed(scene), stored, "the feed and the stream show the same events");
  },
  "an event tells when it was added, by the store's clock": async (scene) => {
    await add(scene, "s", ["a", "b"]);
    await scene.advance(50);
    await add(scene, "s", ["c"]);
    const [a, b, c] = (await eventsOf(scene, "s")).map(({ appendedAtMs }) => appendedAtMs);
    assert.ok(a !== undefined && b !== undefined && c !== undefined && Number.isInteger(a));
    assert.equal(a, b, "events of one append have one time");
    assert.ok(c - a >= 50 && c - a < 30_000, `${c - a} ms lie between events that were added 50 ms apart`);
  },
  "streams, types, data and meta of any text arrive unchanged": async (scene) => {
    for (const text of texts) {
      const event = newEvent(text, { type: text, meta: /[\r\n]/.test(text) ? "" : text });
      const position = await add(scene, text, [event]);
      const stored = { ...event, stream: text, version: 1 };
      assert.deepEqual((await eventsOf(scene, text)).map(given), [stored], JSON.stringify(text));
      const draft = { types: [text], categories: [categoryOf(text)] };
      const { events, next } = await feedPage(scene, draft);
      assert.deepEqual(events.map(given).at(-1), stored, `of the feed: ${JSON.stringify(text)}`);
      assert.equal(next, position);
    }
    for (const text of texts) {
      assert.deepEqual(dataOf(await eventsOf(scene, text)), [text]);
      assert.deepEqual(dataOf(await fed(scene, { types: [text] })), [text], `of the type ${JSON.stringify(text)}`);
    }
    assert.deepEqual(dataOf(await fed(scene)), texts);
  },
  "streams whose names differ by a suffix, a case or an escape are others": async (scene) => {
    const names = ["s1", "s12", "S1", "s", "", "s:1", "s%003A1", "s/1", "s%002F1", "e", "e:s:s1"];
    await scene.done(names.map((name) => appendStep(name, [`1 ${name}`])));
    await scene.done(names.map((name) => appendStep(name, [`2 ${name}`])));
    for (const name of names) assert.deepEqual(dataOf(await eventsOf(scene, name)), [`1 ${name}`, `2 ${name}`]);
    await scene.store.pruneStream({ stream: "s1", upTo: 1, limit: 10 }, "prune one");
    await scene.store.setClosed({ stream: "s", closed: true }, "close one");
    for (const name of names) {
      const { version, prunedTo, closed } = await streamPage(scene, name);
      assert.deepEqual([version, prunedTo, closed], [2, name === "s1" ? 1 : 0, name === "s"], name);
    }
  },
  "a page of a stream begins behind after and ends with upTo, both ways, in portions of its limit": async (scene) => {
    await add(scene, "s", numbered(10));
    await add(scene, "other", ["x"]);
    await add(scene, "s", numbered(20).slice(10));
    for (const [after, upTo] of [
      [0, undefined],
      [5, undefined],
      [0, 12],
      [5, 12],
      [9, 10],
      [12, 12],
      [12, 5],
      [0, 100],
      [20, undefined],
      [100, undefined],
    ] as const) {
      const expected = numbered(20).slice(after, Math.max(after, upTo ?? 20));
      for (const limit of [1, 3, 1_000]) {
        const draft = { after, upTo, limit };
        assert.deepEqual(dataOf(await eventsOf(scene, "s", draft)), expected, JSON.stringify(draft));
        const backwards = await eventsOf(scene, "s", { ...draft, backwards: true });
        assert.deepEqual(dataOf(backwards), [...expected].reverse(), `backwards: ${JSON.stringify(draft)}`);
        const { events, version } = await streamPage(scene, "s", draft);
        assert.deepEqual([dataOf(events), version], [expected.slice(0, limit), 20]);
      }
    }
  },
  "a page of no events tells what the stream is like": async (scene) => {
    await add(scene, "s", ["a", "b", "c"]);
    await scene.store.pruneStream({ stream: "s", upTo: 1, limit: 10 }, "prune");
    await scene.store.setClosed({ stream: "s", closed: true }, "close");
    for (const backwards of [false, true])
      assert.deepEqual(await streamPage(scene, "s", { limit: 0, backwards }), {
        version: 3,
        prunedTo: 1,
        closed: true,
        events: [],
      });
  },
  "a stream that never had an event is at version 0": async (scene) => {
    await add(scene, "s", ["a"]);
    for (const draft of [{}, { backwards: true }, { after: 3 }, { upTo: 3 }])
      assert.deepEqual(await streamPage(scene, "unknown", draft), {
        version: 0,
        prunedTo: 0,
        closed: false,
        events: [],
      });
  },
  "a page of a stream holds at most 4 MiB, but one event at least": async (scene) => {
    for (const n of numbered(6))
      await add(scene, "s", [newEvent(n.padEnd(MIB / 2, "x"), { meta: "m".repeat(MIB / 2) })]);
    for (const backwards of [false, true]) {
      const { events } = await streamPage(scene, "s", { backwards });
      assert.ok(events.length >= 1 && events.length <= 4, `${events.length} events of a MiB were answered`);
      const versions = (await eventsOf(scene, "s", { backwards })).map(({ version }) => version);
      assert.deepEqual(backwards ? [...versions].reverse() : versions, [1, 2, 3, 4, 5, 6]);
    }
    await add(scene, "large", ["x".repeat(5 * MIB)]);
    for (const backwards of [false, true])
      assert.equal((await eventsOf(scene, "large", { backwards }))[0]?.data.length, 5 * MIB);
  },
  "a thousand events fit into one write": async (scene) => {
    const { version } = await done(scene, appendStep("s", numbered(1_000)));
    assert.equal(version, 1_000);
    assert.deepEqual(dataOf(await eventsOf(scene, "s", { limit: 1_000 })), numbered(1_000));
    assert.deepEqual(dataOf(await fed(scene, { limit: 1_000 })), numbered(1_000));
    await scene.done(numbered(1_000).map((n) => appendStep(`t/${n}`, [n])));
    assert.deepEqual(dataOf(await fed(scene, { categories: ["t"], limit: 1_000 })), numbered(1_000));
  },
});
