/** Enqueueing by hand, and how a target stands. */
import assert from "node:assert/strict";
import type { StreamQueue, StreamState } from "../../../broker/byHand/StreamQueue.js";
import { on } from "../../../broker/on.js";
import type { EventId } from "../../../core/EventId.js";
import { isBefore, type Position } from "../../../core/Position.js";
import { testRecorded } from "../../testRecorded.js";
import { answered } from "../queue/Scene.js";
import { ackNext, doors, namesOf, nextOf, opened, type Stage, type StageCase, standsBetween, theOne } from "./Stage.js";

const other = on(doors, "Opened")
  .do(async () => undefined, { name: "other" })
  .to("other");
const slow = on(doors, "Opened")
  .do(async () => undefined, { name: "slow", lane: "slow" })
  .to("slow");

export const enqueueing: Readonly<Record<string, StageCase>> = {
  "an event is enqueued behind the position, once": async (stage) => {
    await stage.opens("door/1", "door/2", "door/3");
    const queues = stage.queues();
    await answered(queues.fetch([opened], 1));
    const third = await stage.recorded("door/3", 1);
    const line = queues.queue("door/by hand");
    assert.equal(await answered(line.enqueue(third, opened)), true);
    assert.equal(await answered(line.enqueue(third, opened)), false, "it stands there already");
    standsBetween(await answered(line.state()), { pending: third.position }, "while it is pending");
    const { queues: fetched } = await answered(queues.fetch([opened], 10));
    assert.deepEqual(namesOf(fetched), ["door/2", "door/3", "door/by hand"]);
    assert.deepEqual(await nextOf(line), third);
    await ackNext(line);
    standsBetween(await answered(line.state()), { done: third.position }, "once it is acked");
    assert.equal(await answered(line.enqueue(third, opened)), false, "it is done");
    assert.deepEqual((await answered(queues.fetch([opened], 10))).queues, []);
  },
  "an event that the target has passed is not enqueued": async (stage) => {
    await stage.opens("door/1", "door/2");
    const queues = stage.queues();
    await answered(queues.fetch([opened], 10));
    const second = await stage.recorded("door/2", 1);
    assert.equal(await answered(queues.queue("door/by hand").enqueue(second, opened)), false, "a quiet target");
    await ackNext(queues.queue("door/1"));
    const first = await stage.recorded("door/1", 1);
    assert.equal(await answered(queues.queue("door/1").enqueue(first, opened)), false, "a target that has acked it");
    assert.deepEqual((await answered(queues.fetch([opened], 10))).queues, []);
  },
  "an event that the log does not have is not enqueued": async (stage) => {
    await stage.opens("door/1");
    const [queues, event] = [stage.queues(), await stage.recorded("door/1", 1)];
    const line = queues.queue("door/by hand");
    const id = "00000000-0000-7000-8000-000000000000" as EventId;
    const { position } = event;
    const forged = testRecorded(event.event, { id, position, stream: "door/1", version: 1 });
    assert.equal(await answered(line.enqueue(forged, opened)), false, "another id");
    const nowhere = testRecorded(event.event, { id: event.id, position, stream: "door/none", version: 1 });
    assert.equal(await answered(line.enqueue(nowhere, opened)), false, "a stream without events");
    assert.deepEqual(namesOf((await answered(queues.fetch([opened], 10))).queues), ["door/1"]);
  },
  "an event is enqueued in the lane of its reaction": async (stage) => {
    await stage.opens("door/1", "door/2");
    const queues = stage.queues();
    await answered(queues.fetch([other, slow], 1));
    const second = await stage.recorded("door/2", 1);
    assert.equal(await answered(queues.queue("door/by hand").enqueue(second, slow)), true);
    const inDefault = await answered(queues.fetch([other], 1));
    assert.deepEqual(inDefault.queues, [], "the head of its lane's other line is leased");
    const inSlow = await answered(queues.fetch([slow], 10));
    assert.deepEqual(namesOf(inSlow.queues), ["door/by hand"]);
    assert.deepEqual(await nextOf(theOne(inSlow.queues)), second);
  },
};

/** Reads how these targets stand, and asserts that none of them went back. */
class Watch {
  private readonly positions = new Map<string, Position | undefined>();

  constructor(private readonly queueOf: (stream: string) => { readonly state: () => PromiseLike<StreamState> }) {}

  async read(stream: string): Promise<StreamState> {
    const state = await answered(this.queueOf(stream).state());
    assert.ok(!isBefore(state.position, this.positions.get(stream)), `the position of ${stream} went back`);
    this.positions.set(stream, state.position);
    return state;
  }
}

export const standing: Readonly<Record<string, StageCase>> = {
  "the position is exact for each target, and never goes back": async (stage) => {
    const queues = stage.queues();
    const watch = new Watch((stream) => queues.queue(stream));
    assert.deepEqual(await watch.read("door/1"), { position: undefined, blocked: false });
    const all = await stage.opens("door/1", "door/2", "door/1", "door/2", "door/1");
    assert.deepEqual(await watch.read("door/1"), { position: undefined, blocked: false }, "nothing is correlated");
    const at = (version: number): Position | undefined => all[version - 1];
    await answered(queues.fetch([opened], 10));
    standsBetween(await watch.read("door/1"), { pending: at(1) }, "door/1 at first");
    standsBetween(await watch.read("door/2"), { pending: at(2) }, "door/2 at first");
    standsBetween(await watch.read("quiet"), { done: at(5) }, "a quiet target");
    await ackNext(queues.queue("door/1"));
    standsBetween(await watch.read("door/1"), { done: at(1), pending: at(3) }, "door/1 with one acked");
    standsBetween(await watch.read("door/2"), { pending: at(2) }, "door/2 where nothing is acked");
    assert.equal(await answered(queues.queue("door/2").block("stuck")), true);
    await answered(queues.fetch([opened], 10));
    await ackNext(queues.queue("door/1"));
    standsBetween(await watch.read("door/1"), { done: at(3), pending: at(5) }, "door/1 with two acked");
    standsBetween(await watch.read("door/2"), { pending: at(2) }, "door/2 where it is blocked");
    await answered(queues.fetch([opened], 10));
    await ackNext(queues.queue("door/1"));
    standsBetween(await watch.read("door/1"), { done: at(5) }, "door/1 with all acked");
  },
};

const told = (stage: Stage, queue: Pick<StreamQueue<unknown>, "state$">) => {
  const states: Array<StreamState> = [];
  const subscription = queue.state$.subscribe((state) => {
    states.push(state);
  });
  const has = async (count: number, msMax: number, what: string): Promise<void> => {
    await stage.until(() => states.length >= count, msMax, what);
    assert.equal(states.length, count, what);
  };
  return { states, has, end: () => subscription.unsubscribe() };
};

/** Less than the second in which it is looked whether others have changed something. */
const AT_ONCE_MS = 500;
/** More than that, and than the calls of a busy machine take. */
const LOOKED_MS = 2_500;

/** Where no call takes time. */
export const watchingAtOnce: Readonly<Record<string, StageCase>> = {
  "state$ tells how the target stands now, and at once what is changed by its object": async (stage) => {
    const [first] = await stage.opens("door/1", "door/1");
    const queues = stage.queues();
    const door = theOne((await answered(queues.fetch([opened], 10))).queues);
    const { states, has, end } = told(stage, door);
    await has(1, AT_ONCE_MS, "the state now");
    await ackNext(door);
    await has(2, AT_ONCE_MS, "an ack");
    const again = theOne((await answered(queues.fetch([opened], 10))).queues);
    assert.equal(await answered(again.block("stuck")), true);
    await has(3, AT_ONCE_MS, "a block");
    assert.deepEqual(
      states.map(({ blocked }) => blocked),
      [false, false, true],
    );
    assert.equal(states[1]?.position, states[2]?.position, "a block moves nothing");
    assert.ok(states[0] !== undefined && states[1] !== undefined);
    standsBetween(states[0], { pending: first }, "at first");
    standsBetween(states[1], { done: first }, "with one acked");
    end();
  },
};

export const watching: Readonly<Record<string, StageCase>> = {
  "state$ tells within a second or so what others have changed, and nothing where nothing was": async (stage) => {
    await stage.opens("door/1");
    const { states, has, end } = told(stage, stage.queues().queue("door/1"));
    await has(1, LOOKED_MS, "the state now");
    await stage.advance(LOOKED_MS);
    await has(1, LOOKED_MS, "nothing has changed");
    const door = theOne((await answered(stage.queues().fetch([opened], 10))).queues);
    assert.equal(await answered(door.block("stuck")), true);
    await stage.until(() => states.at(-1)?.blocked === true, LOOKED_MS, "a block of others is seen");
    end();
  },
};
