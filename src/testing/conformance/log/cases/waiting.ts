/** Guarantee 11: a feed goes from history to live without a hole, and one that waits is told of the next append at once. */
import assert from "node:assert/strict";
import { isRight } from "fp-ts/lib/Either.js";
import { from } from "rxjs";
import type { Position } from "../../../../core/Position.js";
import type { FeedPage, StoredEvent } from "../../../../port/LogPort.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { endsOf, tell } from "../../lifecycle/Told.js";
import { answered, numbered, type Scene } from "../../queue/Scene.js";
import {
  add,
  aheadOf,
  arrival,
  dataOf,
  elseAt,
  eventsIn,
  eventsOf,
  type FeedDraft,
  fed,
  feedPage,
  waitAt,
  waiting,
} from "../reading.js";
import { appendStep, newEvent, noEvents } from "../steps.js";

const GUARANTEE = "11. Log: waiting";

/** What a feed is told that may wait and need not. */
const atOnce = (scene: Scene, after: Position | undefined, draft: FeedDraft = {}): Promise<FeedPage> =>
  arrival(scene, waitAt(scene, after, draft));

/** Reads on and waits at the end, as somebody who follows the log does, until so many events came. */
const follow = async ({ store }: Scene, count: number, waitMsMax: number): Promise<ReadonlyArray<StoredEvent>> => {
  const events: Array<StoredEvent> = [];
  let after: Position | undefined;
  while (events.length < count) {
    const request = { after, types: undefined, categories: undefined, limit: 7, waitMsMax };
    const page = eventsIn(await store.readFeed(request));
    events.push(...page.events);
    after = page.next;
  }
  return events;
};

/** Lets time pass until all who follow have got what they wait for, or until that is too long. */
const followed = async (
  scene: Scene,
  following: ReadonlyArray<Promise<ReadonlyArray<StoredEvent>>>,
): Promise<ReadonlyArray<ReadonlyArray<StoredEvent>>> => {
  const told = tell(from(Promise.all(following)));
  const [end] = await endsOf(scene, told);
  const [seen] = told.values;
  assert.ok(end === "complete" && seen !== undefined, `who followed the log missed events: ${end}`);
  return seen;
};

/** Eight writers, which add ten times two events each at once by turns of these processes; answers what they added. */
const eightWriters = async (scenes: ReadonlyArray<Scene>): Promise<ReadonlyArray<string>> => {
  const added: Array<string> = [];
  for (const round of numbered(10)) {
    const writing = numbered(8).map(async (writer, n) => {
      const events = [`${writer} ${round} a`, `${writer} ${round} b`];
      added.push(...events);
      const step = appendStep(`s/${n % 3}`, events);
      const answers = await scenes[n % scenes.length]?.store.write([[step]], `writer ${writer} ${round}`);
      assert.ok(answers?.every(isRight), "an append that expects any version was refused");
    });
    await Promise.all(writing);
    await scenes[0]?.advance(1);
  }
  return added;
};

/** Follows the log from its history to what writers add meanwhile: all of it comes once, in the feed's order. */
const withoutHole = async (readers: ReadonlyArray<Scene>, writers: ReadonlyArray<Scene>, waitMsMax: number) => {
  const [scene] = readers;
  assert.ok(scene !== undefined);
  await add(scene, "history", numbered(20));
  const following = readers.map((reader) => follow(reader, 180, waitMsMax));
  const added = await eightWriters(writers);
  const seen = await followed(scene, following);
  const events = await fed(scene);
  assert.deepEqual([...dataOf(events)].sort(), [...numbered(20), ...added].sort());
  for (const each of seen) assert.deepEqual(dataOf(each), dataOf(events));
};

const alone: ReadonlyArray<ConformanceCase> = casesOf(GUARANTEE, {
  "a feed that waits at the end of the log is given the next append": async (scene) => {
    const first = await waiting(scene, undefined);
    const position = await add(scene, "s", ["a", "b"]);
    const page = eventsIn(await arrival(scene, first));
    assert.deepEqual(page.events, await eventsOf(scene, "s"));
    assert.deepEqual([page.next, page.caughtUp], [position, true]);
    const second = await waiting(scene, page.next);
    await scene.done([appendStep("s", ["c"]), scene.enqueueStep("a message"), appendStep("t", ["d"])]);
    assert.deepEqual(dataOf(eventsIn(await arrival(scene, second)).events), ["c", "d"]);
  },
  "a feed that may wait is given at once what is there": async (scene) => {
    const position = await add(scene, "s", ["a", "b"]);
    assert.deepEqual(dataOf(eventsIn(await atOnce(scene, undefined)).events), ["a", "b"]);
    const page = eventsIn(await atOnce(scene, undefined, { types: ["unknown"] }));
    assert.deepEqual(page, { _tag: "Events", events: [], next: position, caughtUp: true });
  },
  "a feed that waited its time is told that it has caught up": async (scene) => {
    const head = await add(scene, "s", ["a"]);
    const told = await waiting(scene, head, { waitMsMax: 60 });
    assert.deepEqual(await arrival(scene, told), { _tag: "Events", events: [], next: head, caughtUp: true });
  },
  "a feed that waits is told of an append in which it wants nothing, and goes on behind it": async (scene) => {
    const head = await add(scene, "a/1", ["1"]);
    const draft = { types: ["wanted"], categories: ["b"] };
    const told = await waiting(scene, head, draft);
    const next = await add(scene, "a/1", ["2", "3"]);
    assert.deepEqual(await arrival(scene, told), { _tag: "Events", events: [], next, caughtUp: true });
    const again = await waiting(scene, next, draft);
    await scene.done([appendStep("a/1", ["4"]), appendStep("b/1", [newEvent("5", { type: "wanted" })])]);
    assert.deepEqual(dataOf(eventsIn(await arrival(scene, again)).events), ["5"]);
  },
  "a feed that waits is told nothing inside the write": async (scene) => {
    const told = await waiting(scene, undefined);
    const writing = tell(scene.store.write([[appendStep("s", ["a"])]], "inside"));
    assert.deepEqual(told.values, [], "a feed was told within the call that appended");
    assert.deepEqual(dataOf(eventsIn(await arrival(scene, told)).events), ["a"]);
    assert.deepEqual(await endsOf(scene, writing), ["complete"]);
  },
  "a feed that waits is told nothing of what adds no event": async (scene) => {
    const head = await add(scene, "s", ["a"]);
    const told = await waiting(scene, head);
    await scene.done([appendStep("s", []), scene.enqueueStep("a message")]);
    await scene.write([[appendStep("t", ["b"]), appendStep("s", ["b"], { expected: noEvents })]]);
    await scene.store.setClosed({ stream: "t", closed: true }, "close");
    await scene.advance(10);
    assert.equal(told.end(), "open", "a feed was told of nothing");
    await add(scene, "s", ["b"]);
    assert.deepEqual(dataOf(eventsIn(await arrival(scene, told)).events), ["b"]);
  },
  "all feeds that wait are told": async (scene) => {
    const head = await add(scene, "s", ["a"]);
    const all = [{}, { limit: 1 }, { types: ["happened"] }, { categories: ["t"] }].map((draft) =>
      waitAt(scene, head, draft),
    );
    await scene.advance(10);
    await add(scene, "s", ["b", "c"]);
    const data: Array<ReadonlyArray<string>> = [];
    for (const told of all) data.push(dataOf(eventsIn(await arrival(scene, told)).events));
    assert.deepEqual(data, [["b", "c"], ["b"], ["b", "c"], []]);
  },
  "a feed may wait without end": async (scene) => {
    const told = await waiting(scene, undefined, { waitMsMax: Number.POSITIVE_INFINITY });
    await add(scene, "s", ["a"]);
    assert.deepEqual(dataOf(eventsIn(await arrival(scene, told)).events), ["a"]);
  },
  "a feed that nobody waits for any more is told nothing, and leaves nothing behind": async (scene) => {
    const [gone, stays] = [await waiting(scene, undefined), await waiting(scene, undefined)];
    gone.subscription.unsubscribe();
    (await waiting(scene, undefined)).subscription.unsubscribe();
    await add(scene, "s", ["a"]);
    assert.deepEqual(dataOf(eventsIn(await arrival(scene, stays)).events), ["a"]);
    await scene.advance(20);
    assert.deepEqual([gone.values, gone.end()], [[], "open"]);
    const last = await waiting(scene, (await feedPage(scene)).next);
    last.subscription.unsubscribe();
  },
  "a feed waits for nothing where its position is none of the log's, or what follows is given up": async (scene) => {
    const first = await add(scene, "s", ["a"]);
    const head = await add(scene, "s", ["b"]);
    for (const after of [aheadOf(head), elseAt(head)])
      assert.deepEqual(await atOnce(scene, after), { _tag: "WentBack", head });
    await scene.store.trimLog({ upTo: head, limit: 10 }, "trim");
    for (const after of [undefined, first])
      assert.deepEqual(await atOnce(scene, after), { _tag: "Trimmed", trimmedTo: head });
  },
  "a close ends feeds that wait with an empty page": async (scene) => {
    const head = await add(scene, "s", ["a"]);
    const told = [await waiting(scene, head), await waiting(scene, head, { waitMsMax: Number.POSITIVE_INFINITY })];
    await answered(scene.store.close());
    const page = { _tag: "Events", events: [], next: head, caughtUp: true };
    for (const { values } of told) assert.deepEqual(values, [page]);
  },
  "a burst of appends while somebody waits is given whole, and in order": async (scene) => {
    const following = follow(scene, 40, 10_000);
    await scene.advance(10);
    const answers = await Promise.all(
      numbered(20).map((n) => scene.store.write([[appendStep(`s/${n}`, [`${n} a`, `${n} b`])]], `burst ${n}`)),
    );
    assert.ok(answers.flat().every(isRight));
    const events = await fed(scene);
    assert.equal(events.length, 40);
    assert.deepEqual(await followed(scene, [following]), [events]);
  },
  "from history to live, under eight writers, nothing is missing or double": (scene) =>
    withoutHole([scene], [scene], 10_000),
  "who asks again after short waits misses nothing either": (scene) => withoutHole([scene], [scene], 1),
});

const together: ReadonlyArray<ConformanceCase> = casesOf(
  GUARANTEE,
  {
    "a feed that waits is given what another process appends": async (scene) => {
      const there = await scene.elsewhere();
      const told = [await waiting(scene, undefined), await waiting(there, undefined)];
      await add(there, "s", ["a"]);
      for (const each of told) assert.deepEqual(dataOf(eventsIn(await arrival(scene, each)).events), ["a"]);
    },
    "a process that is closed while its feed waits takes no wake-up with it": async (scene) => {
      const there = await scene.elsewhere();
      const gone = await waiting(there, undefined);
      const stays = await waiting(scene, undefined);
      await answered(there.store.close());
      assert.deepEqual(await endsOf(scene, gone), ["complete"]);
      assert.equal(stays.end(), "open");
      await add(scene, "s", ["a"]);
      assert.deepEqual(dataOf(eventsIn(await arrival(scene, stays)).events), ["a"]);
    },
    "from history to live, under writers of two processes, both are given the same": async (scene) => {
      const there = await scene.elsewhere();
      await withoutHole([scene, there], [there, scene], 10_000);
    },
  },
  { shared: true },
);

export const logWaitingCases: ReadonlyArray<ConformanceCase> = [...alone, ...together];
