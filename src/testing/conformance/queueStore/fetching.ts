/** What a fetch brings, and who holds it then. */
import assert from "node:assert/strict";
import { on } from "../../../broker/on.js";
import { answered } from "../queue/Scene.js";
import { ackNext, doors, failsWith, namesOf, nextOf, opened, SHORT_LEASE_MS, type StageCase, theOne } from "./Stage.js";

export const fetching: Readonly<Record<string, StageCase>> = {
  "a fetch takes a limit of 1 to 1,000": async (stage) => {
    await stage.opens("door/1", "door/2");
    const queues = stage.queues();
    await failsWith(queues.fetch([opened], 0), "InvalidConfig", "a limit of 0");
    await failsWith(queues.fetch([opened], 1_001), "InvalidConfig", "a limit of 1,001");
    assert.equal((await answered(queues.fetch([opened], 1))).queues.length, 1);
    assert.equal((await answered(queues.fetch([opened], 1_000))).queues.length, 1);
  },
  "a fetch brings at most so many events, each once, and at most so many targets": async (stage) => {
    await stage.opens("door/1", "door/2", "door/3", "door/4", "door/5");
    const queues = stage.queues();
    const events: Array<string> = [];
    const targets: Array<string> = [];
    for (const count of [2, 2, 1, 0]) {
      const fetched = await answered(queues.fetch([opened], 2));
      assert.equal(fetched.events.length, count, "events of a fetch");
      assert.equal(fetched.queues.length, count, "targets of a fetch");
      events.push(...fetched.events.map(({ stream }) => stream));
      targets.push(...namesOf(fetched.queues));
    }
    assert.deepEqual(events, ["door/1", "door/2", "door/3", "door/4", "door/5"]);
    assert.deepEqual(targets, events);
  },
  "of a fetch without reactions of their type events are not told": async (stage) => {
    await stage.opens("door/1");
    const shut = on(doors, "Shut").do(async () => undefined, { name: "shut" });
    assert.deepEqual(await answered(stage.queues().fetch([shut], 10)), { events: [], queues: [] });
  },
  "a target has its events in order, and the next one only when the one before is acked": async (stage) => {
    await stage.opens("door/1", "door/1");
    const queues = stage.queues();
    const { events, queues: fetched } = await answered(queues.fetch([opened], 10));
    assert.deepEqual(
      events.map(({ version }) => version),
      [1, 2],
    );
    const door = theOne(fetched);
    assert.equal((await nextOf(door)).version, 1);
    assert.deepEqual((await answered(queues.fetch([opened], 10))).queues, [], "its head is leased");
    await ackNext(door);
    const again = theOne((await answered(queues.fetch([opened], 10))).queues);
    assert.equal((await nextOf(again)).version, 2);
    await ackNext(again);
    assert.deepEqual((await answered(queues.fetch([opened], 10))).queues, [], "all is acked");
  },
  "of two queue stores each target is leased by one": async (stage) => {
    await stage.opens("door/1", "door/2", "door/3");
    const [one, other] = [stage.queues(), stage.queues()];
    const first = await answered(one.fetch([opened], 2));
    const second = await answered(other.fetch([opened], 10));
    assert.deepEqual(namesOf(first.queues), ["door/1", "door/2"]);
    assert.deepEqual(namesOf(second.queues), ["door/3"]);
    assert.deepEqual(
      [...first.events, ...second.events].map(({ stream }) => stream),
      ["door/1", "door/2", "door/3"],
      "each event is correlated once",
    );
  },
  "what is leased comes to others when the lease is over": async (stage) => {
    await stage.opens("door/1");
    const mine = theOne((await answered(stage.queues(SHORT_LEASE_MS).fetch([opened], 10))).queues);
    const others = stage.queues();
    await stage.advance(SHORT_LEASE_MS + 10);
    const theirs = theOne((await answered(others.fetch([opened], 10))).queues);
    assert.equal((await nextOf(theirs)).id, (await stage.recorded("door/1", 1)).id);
    assert.equal(mine.stream, theirs.stream);
  },
  "next is the event of the log that was fetched, again and again, and none before and behind": async (stage) => {
    await stage.opens("door/1");
    const queues = stage.queues();
    assert.equal(await answered(queues.queue("door/1").next()), undefined, "nothing was fetched");
    const door = theOne((await answered(queues.fetch([opened], 10))).queues);
    assert.deepEqual(await nextOf(door), await stage.recorded("door/1", 1));
    assert.deepEqual(await nextOf(door), await nextOf(queues.queue("door/1")));
    await ackNext(door);
    assert.equal(await answered(door.next()), undefined, "it is acked");
  },
};

/** Those of two processes. */
export const fetchingElsewhere: Readonly<Record<string, StageCase>> = {
  "of two processes each target is leased by one": async (stage) => {
    await stage.opens("door/1", "door/2", "door/3");
    const [here, there] = [stage.queues(), await stage.queuesElsewhere()];
    const first = await answered(here.fetch([opened], 2));
    const second = await answered(there.fetch([opened], 10));
    assert.deepEqual(namesOf(first.queues), ["door/1", "door/2"]);
    assert.deepEqual(namesOf(second.queues), ["door/3"]);
    const [door] = first.queues;
    assert.ok(door !== undefined);
    assert.equal(await answered(there.queue(door.stream).next()), undefined, "another process has it");
    await ackNext(door);
  },
};
