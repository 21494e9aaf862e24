/** Acks and blocks by hand. */
import assert from "node:assert/strict";
import * as t from "io-ts";
import { broker } from "../../../broker/makeBroker.js";
import { eventType } from "../../../log/makeEventCodec.js";
import { eventLog } from "../../../log/makeEventLog.js";
import { answered } from "../queue/Scene.js";
import {
  ackNext,
  failsWith,
  NAME,
  namesOf,
  nextOf,
  opened,
  SHORT_LEASE_MS,
  type Stage,
  type StageCase,
  theOne,
} from "./Stage.js";

/** A target whose lease was lost to another queue store. */
const lost = async (stage: Stage) => {
  await stage.opens("door/1");
  const mine = theOne((await answered(stage.queues(SHORT_LEASE_MS).fetch([opened], 10))).queues);
  const { position } = await nextOf(mine);
  await stage.advance(SHORT_LEASE_MS + 10);
  const theirs = theOne((await answered(stage.queues().fetch([opened], 10))).queues);
  return { mine, theirs, position };
};

/** A malformed event in "door/1". */
const malformed = async (stage: Stage) => {
  const wrong = eventLog(stage.store, eventType("Opened", t.type({ by: t.number })));
  await answered(wrong.append("door/1", [{ by: 7 }]));
};

const brokerOf = ({ store }: Stage) => broker(store, { name: NAME, reactions: [opened] });

export const settling: Readonly<Record<string, StageCase>> = {
  "an ack of another position than that of next is false, and changes nothing": async (stage) => {
    const [, second] = await stage.opens("door/1", "door/1");
    assert.ok(second !== undefined);
    const door = theOne((await answered(stage.queues().fetch([opened], 10))).queues);
    const before = await answered(door.state());
    assert.equal(await answered(door.ack(second)), false);
    assert.deepEqual(await answered(door.state()), before);
    assert.equal((await nextOf(door)).version, 1, "next is what it was");
    await ackNext(door);
  },
  "an ack is done once": async (stage) => {
    const [position] = await stage.opens("door/1");
    assert.ok(position !== undefined);
    const door = theOne((await answered(stage.queues().fetch([opened], 10))).queues);
    assert.equal(await answered(door.ack(position)), true);
    assert.equal(await answered(door.ack(position)), false);
  },
  "an ack whose lease is lost is false, and changes nothing": async (stage) => {
    const { mine, theirs, position } = await lost(stage);
    const before = await answered(theirs.state());
    assert.equal(await answered(mine.ack(position)), false);
    assert.deepEqual(await answered(theirs.state()), before);
    assert.equal(await answered(mine.next()), undefined, "what is lost is no next any more");
    await ackNext(theirs);
  },
  "dequeue: false takes nothing out, and tells whether the target is done up to there": async (stage) => {
    const [first, second] = await stage.opens("door/1", "door/1");
    assert.ok(first !== undefined && second !== undefined);
    const queues = stage.queues();
    const door = theOne((await answered(queues.fetch([opened], 10))).queues);
    assert.equal(await answered(door.ack(first, false)), false, "it is pending");
    await ackNext(door);
    assert.equal(await answered(door.ack(first, false)), true, "it is done");
    assert.equal(await answered(door.ack(second, false)), false, "the one behind it is pending");
    assert.equal(await answered(queues.queue("door/other").ack(second, false)), true, "a target without events");
    await ackNext(theOne((await answered(queues.fetch([opened], 10))).queues));
  },
  "a block stops its target where it stands, and others go on": async (stage) => {
    await stage.opens("door/1", "door/2", "door/1", "door/2");
    const queues = stage.queues();
    const { queues: fetched } = await answered(queues.fetch([opened], 10));
    const [one, two] = [queues.queue("door/1"), queues.queue("door/2")];
    assert.deepEqual(namesOf(fetched), ["door/1", "door/2"]);
    const { position } = await answered(one.state());
    assert.equal(await answered(one.block("it is stuck")), true);
    assert.deepEqual(await answered(one.state()), { position, blocked: true });
    assert.equal(await answered(one.next()), undefined);
    assert.equal(await answered(one.block("again")), false, "nothing is next");
    await ackNext(two);
    assert.equal((await answered(two.state())).blocked, false);
    assert.deepEqual(namesOf((await answered(queues.fetch([opened], 10))).queues), ["door/2"]);
  },
  "a block whose lease is lost is false, and changes nothing": async (stage) => {
    const { mine, theirs } = await lost(stage);
    assert.equal(await answered(mine.block("too late")), false);
    assert.equal((await answered(theirs.state())).blocked, false);
    await ackNext(theirs);
  },
  "a malformed next fails, and can be blocked": async (stage) => {
    await malformed(stage);
    await stage.opens("door/2");
    const queues = stage.queues();
    const { events, queues: fetched } = await answered(queues.fetch([opened], 10));
    assert.deepEqual(namesOf(fetched), ["door/1", "door/2"]);
    assert.deepEqual(
      events.map(({ stream }) => stream),
      ["door/2"],
      "what is malformed is no event",
    );
    const door = queues.queue("door/1");
    await failsWith(door.next(), "DecodeRefused", "next of a malformed event");
    assert.equal(await answered(door.block("malformed")), true);
    assert.equal((await answered(door.state())).blocked, true);
  },
};

export const besideBrokers: Readonly<Record<string, StageCase>> = {
  "a broker of the name shows what was blocked by hand, and frees it": async (stage) => {
    await stage.opens("door/1");
    const queues = stage.queues();
    const door = theOne((await answered(queues.fetch([opened], 10))).queues);
    const { position } = await answered(door.state());
    assert.equal(await answered(door.block("it is stuck")), true);
    const { items } = await answered(brokerOf(stage).blockedStreams());
    assert.deepEqual(
      items.map(({ stream, cause, reactions, position, recorded }) => [
        stream,
        cause,
        reactions,
        position,
        recorded.version,
      ]),
      [["door/1", "it is stuck", ["opened"], position, 1]],
    );
    assert.equal(await answered(brokerOf(stage).unblock("door/1")), 1);
    assert.deepEqual(await answered(door.state()), { position, blocked: false });
    const again = theOne((await answered(queues.fetch([opened], 10))).queues);
    assert.equal((await nextOf(again)).version, 1, "the same event again");
    await ackNext(again);
  },
  "a broker of the name and a queue store share the targets, and each event is done once": async (stage) => {
    await stage.opens("door/1");
    const queues = stage.queues();
    const mine = theOne((await answered(queues.fetch([opened], 10))).queues);
    await stage.opens("door/1", "door/2");
    const idle = await stage.meanwhile(brokerOf(stage).runUntilIdle());
    assert.deepEqual([idle.fetched, idle.acked], [2, 1], "the broker does what is not leased");
    await ackNext(mine);
    assert.deepEqual(await answered(brokerOf(stage).position("door/1")), (await answered(mine.state())).position);
    const rest = theOne((await answered(queues.fetch([opened], 10))).queues);
    assert.equal((await nextOf(rest)).version, 2);
    await ackNext(rest);
    assert.equal((await stage.meanwhile(brokerOf(stage).runUntilIdle())).delivered, 0, "all is done");
  },
};
