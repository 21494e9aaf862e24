/** Counts that bound a call or a step: one that is as large as a number can be bounds nothing. */
import assert from "node:assert/strict";
import { Block, Reject, Retry } from "../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import type { LeaseDraft } from "../queue/steps.js";

const MAX = Number.MAX_SAFE_INTEGER;
const unbounded: LeaseDraft = { max: MAX, bytesMax: MAX, attemptsMax: MAX, deliveriesMax: MAX };

export const boundsCases: ReadonlyArray<ConformanceCase> = casesOf("The life of a store", {
  "attempts, deliveries and messages may be without a bound": async (scene) => {
    await scene.enqueue(["a", "b"]);
    const leases = await scene.lease(unbounded);
    const outcomes = await scene.settle(leases, Retry({ cause: "busy" }), { attemptsMax: MAX });
    assert.deepEqual(
      outcomes.map(({ _tag }) => _tag),
      ["Retry", "Retry"],
    );
    const [again] = await scene.lease({ ...unbounded, leaseMs: 10 });
    assert.equal(again?.attempt, 2);
    await scene.advance(20);
    assert.ok((await scene.lease(unbounded)).length > 0, "no lease follows one that has ended");
    await scene.expectStats({ enqueued: 2, dead: 0 });
  },
  "what people unblock, redrive and purge may be without a bound": async (scene) => {
    await scene.enqueue(["a", "b"]);
    await scene.settle(await scene.lease(), Block({ cause: "held", scope: "key" }));
    assert.equal(await scene.unblock("all", "retry", MAX), 2);
    await scene.settle(await scene.lease(), Reject({ cause: "bad" }));
    assert.equal((await scene.redriveFrom(undefined, { limit: MAX })).count, 2);
    assert.equal(await scene.purge(MAX), 2);
    await scene.expectStats({ enqueued: 2, purged: 2 });
  },
});
