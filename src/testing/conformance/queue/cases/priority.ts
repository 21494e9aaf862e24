/** Priorities: higher ones first, lower ones never starved. */
import assert from "node:assert/strict";
import { Ack, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered, payloadsOf } from "../Scene.js";

export const priorityCases: ReadonlyArray<ConformanceCase> = casesOf("4. Order per key: priority", {
  "higher priorities come first": async (scene) => {
    await scene.enqueue(["low"], { priority: 0 });
    await scene.enqueue(["high"], { priority: 9 });
    await scene.enqueue(["middle"], { priority: 5 });
    assert.deepEqual(payloadsOf(await scene.lease()), ["high", "middle", "low"]);
  },
  "within a priority order holds": async (scene) => {
    for (let n = 0; n < 10; n++)
      await scene.done([0, 3, 9].map((priority) => scene.enqueueStep(`${priority}:${n}`, { priority })));
    const payloads = payloadsOf(await scene.gather(30, { max: 7 }));
    for (const priority of ["0", "3", "9"])
      assert.deepEqual(
        payloads.filter((payload) => payload.startsWith(priority)),
        numbered(10).map((n) => `${priority}:${n}`),
      );
  },
  "no lower priority is starved, and the highest keeps most": async (scene) => {
    for (let priority = 0; priority < 3; priority++)
      await scene.enqueue(
        numbered(100).map(() => String(priority)),
        { priority },
      );
    const served = [0, 0, 0];
    for (let round = 0; round < 100; round++) {
      const lease = await scene.leaseOne();
      served[Number(lease.payload)] = (served[Number(lease.payload)] ?? 0) + 1;
      await scene.settle([lease], Ack);
    }
    const [low = 0, middle = 0, high = 0] = served;
    assert.ok(low >= 1, "the lowest priority was starved");
    assert.ok(middle >= 1, "the middle priority was starved");
    assert.ok(high >= 80, `the highest priority got only ${high} of 100`);
    assert.ok(low + middle >= 10, `the lower priorities got only ${low + middle} of 100`);
  },
  "no lower priority is starved within one large lease": async (scene) => {
    await scene.enqueue(
      numbered(100).map(() => "high"),
      { priority: 1 },
    );
    await scene.enqueue(
      numbered(20).map(() => "low"),
      { priority: 0 },
    );
    const payloads = payloadsOf(await scene.lease({ max: 64 }));
    const low = payloads.filter((payload) => payload === "low").length;
    assert.ok(low >= 6 && low <= 10, `of 64 leases the lower priority got ${low}`);
  },
  "what returns finds its former place in its own priority": async (scene) => {
    await scene.enqueue(["a", "b"], { priority: 1 });
    await scene.enqueue(["x", "y"], { priority: 0 });
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), ["a", "b", "x", "y"]);
    await scene.settle(leases.slice(0, 3), Release({ reason: "stop" }));
    await scene.settle(leases.slice(3), Retry({ cause: "again" }));
    await scene.enqueue(["new"], { priority: 1 });
    assert.deepEqual(payloadsOf(await scene.peek()), ["a", "b", "new", "x", "y"]);
  },
});
