/** Guarantee 10, for steps of every kind: a new kind is tried here as soon as it has its sample. */
import assert from "node:assert/strict";
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import { Ack } from "../../../core/Outcome.js";
import type { WriteRefused } from "../../../core/SluiceError.js";
import { kindOf, type Step, type StepOf, type StepTag, type WriteAnswer } from "../../../core/steps/Step.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { payloadsOf, resultsOf, type Scene } from "../queue/Scene.js";
import { leaseRequest } from "../queue/steps.js";
import type { Refused, Sample } from "./Sample.js";
import * as kinds from "./samples.js";

const samples: { readonly [T in StepTag]: Sample<StepOf<T>> } = { ...kinds };
const all: ReadonlyArray<Sample<Step>> = Object.values(samples);

/** One of each kind, twice, in turns. */
const oneOfEach = async (scene: Scene): Promise<ReadonlyArray<Step>> => {
  const steps: Array<Step> = [];
  for (const sample of [...all, ...all]) steps.push(await sample.ready(scene));
  return steps;
};

const refusedOfEach = async (scene: Scene): Promise<ReadonlyArray<Refused<Step>>> => {
  const refused: Array<Refused<Step>> = [];
  for (const sample of all) {
    const one = await sample.refused(scene);
    if (one !== undefined) refused.push(one);
  }
  assert.ok(refused.length > 0, "some kind can be refused");
  return refused;
};

/** Asserts the answer to a refused list: all fields of the refusal, since a refusal says what it is about. */
const assertRefused = (answer: WriteAnswer | undefined, refusal: WriteRefused): void => {
  assert.ok(answer !== undefined && isLeft(answer), "a list was done that had to be refused");
  assert.deepEqual({ ...answer.left }, { ...refusal }, "the first step that was refused is told");
};

export const anyStepCases: ReadonlyArray<ConformanceCase> = casesOf("10. Atomic writes", {
  "steps of all kinds in one list are done, and answered in their order": async (scene) => {
    const steps = await oneOfEach(scene);
    const results = await scene.done(steps);
    steps.forEach((step, i) => {
      const { done, result } = kindOf(step);
      if (done === undefined) assert.equal(results[i]?._tag, result);
      else assert.deepEqual(results[i], done(step));
    });
  },
  "a refused step of any kind lets nothing of its list be done, of whatever kind": async (scene) => {
    const refused = await refusedOfEach(scene);
    const steps = await oneOfEach(scene);
    const before = await scene.snapshot();
    for (const { step, refusal } of refused)
      for (const at of [0, 1, steps.length]) {
        const [answer] = await scene.write([[...steps.slice(0, at), step, ...steps.slice(at)]]);
        assertRefused(answer, refusal);
        assert.deepEqual(await scene.snapshot(), before, "a refused list changed something");
      }
    await scene.done(steps);
  },
  "of several steps that are refused the first is told": async (scene) => {
    const refused = [...(await refusedOfEach(scene)), ...(await refusedOfEach(scene))];
    for (const order of [refused, [...refused].reverse()]) {
      const [answer] = await scene.write([order.map(({ step }) => step)]);
      const [first] = order;
      assert.ok(first !== undefined);
      assertRefused(answer, first.refusal);
    }
  },
  "a resent step of any kind answers as before and changes nothing": async (scene) => {
    const lists = (await oneOfEach(scene)).map((step) => [step]);
    for (const { step } of await refusedOfEach(scene)) lists.push([step]);
    const first = await scene.write(lists, "any");
    const before = await scene.snapshot();
    assert.deepEqual(await scene.write(lists, "any"), first);
    assert.deepEqual(await scene.snapshot(), before, "a resent write changed something");
  },
  "a write that comes twice at once is done once, and answered alike": async (scene) => {
    const lists = (await oneOfEach(scene)).map((step) => [step]);
    const { enqueued } = await scene.stats();
    const [first, second] = await Promise.all([scene.store.write(lists, "twice"), scene.store.write(lists, "twice")]);
    assert.ok(first.every(isRight), "the first of two equal writes was refused");
    assert.deepEqual(second, first);
    const adds = lists.flat().filter(({ _tag }) => _tag === "Enqueue").length;
    await scene.expectStats({ enqueued: enqueued + adds });
  },
  "the steps of a list take their places in order, whatever kinds they are of": async (scene) => {
    await scene.enqueue(["head", "follower"], { key: "k" });
    const head = await scene.leaseOne();
    await scene.done([
      scene.enqueueStep("before"),
      scene.settleStep(head, Ack),
      scene.enqueueStep("after"),
      scene.enqueueStep("behind the follower", { key: "k" }),
    ]);
    assert.deepEqual(payloadsOf(await scene.lease()), ["before", "follower", "after"]);
  },
  "calls of one handle take effect in the order in which they were made": async (scene) => {
    const { store, queue } = scene;
    await scene.enqueue(["first"]);
    const first = await scene.leaseOne();
    const calls = [
      store.write([[scene.enqueueStep("second")]], "w1"),
      store.write([[scene.settleStep(first, Ack), scene.enqueueStep("third")]], "w2"),
      store.write([[scene.enqueueStep("fourth", { priority: 1 })]], "w3"),
      // All calls are made here at once: none waits for the one before.
    ].map((write) => write.then((answers) => answers.map(resultsOf)));
    const leased = store.lease(leaseRequest(queue)).then(payloadsOf);
    const late = store.write([[scene.enqueueStep("too late")]], "w4").then((answers) => answers.map(resultsOf));
    await Promise.all([...calls, late]);
    assert.deepEqual(await leased, ["fourth", "second", "third"]);
    await scene.expectStats({ enqueued: 5, acked: 1, leased: 3, ready: 1 });
  },
});
