/** Guarantee 3, the store's part: a lease gives no more than it was asked for. */
import assert from "node:assert/strict";
import { Ack } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { numbered, payloadsOf } from "../Scene.js";

const inCounts: ReadonlyArray<ConformanceCase> = casesOf("3. Bounded demand", {
  "a lease gives at most so many messages": async (scene) => {
    await scene.enqueue(numbered(10));
    assert.deepEqual(payloadsOf(await scene.lease({ max: 1 })), ["0"]);
    assert.deepEqual(payloadsOf(await scene.lease({ max: 4 })), ["1", "2", "3", "4"]);
    await scene.expectStats({ ready: 5, leased: 5 });
  },
  "a message beyond the bytes is leased alone": async (scene) => {
    await scene.enqueue(["x".repeat(1_000), "small"]);
    assert.deepEqual(
      (await scene.lease({ bytesMax: 10 })).map(({ payload }) => payload.length),
      [1_000],
    );
    assert.deepEqual(payloadsOf(await scene.lease({ bytesMax: 10 })), ["small"]);
  },
  "a message that does not fit is not passed by smaller ones": async (scene) => {
    await scene.enqueue(["1", "x".repeat(100), "3"]);
    assert.deepEqual(payloadsOf(await scene.lease({ bytesMax: 50 })), ["1"]);
    assert.equal((await scene.lease({ bytesMax: 100 }))[0]?.payload.length, 100);
    assert.deepEqual(payloadsOf(await scene.lease({ bytesMax: 50 })), ["3"]);
  },
  "a waiting lease is bound like any other": async (scene) => {
    const waiter = scene.wait({ max: 2 });
    await scene.advance(5);
    await scene.enqueue(numbered(5));
    const leases = await scene.arrival(waiter);
    assert.deepEqual(payloadsOf(leases), ["0", "1"]);
    await scene.settle(leases, Ack);
    await scene.expectStats({ acked: 2, ready: 3 });
  },
});

const inBytes: ReadonlyArray<ConformanceCase> = casesOf(
  "3. Bounded demand",
  {
    "a lease gives at most so many bytes of payload": async (scene) => {
      await scene.enqueue(Array.from({ length: 10 }, () => "x".repeat(100)));
      assert.equal((await scene.lease({ bytesMax: 350 })).length, 3);
      assert.equal((await scene.lease({ bytesMax: 400 })).length, 4);
      await scene.expectStats({ ready: 3, leased: 7 });
    },
    "bytes are counted in UTF-8": async (scene) => {
      await scene.enqueue(Array.from({ length: 4 }, () => "é".repeat(100)));
      assert.equal((await scene.lease({ bytesMax: 400 })).length, 2);
      assert.equal((await scene.lease({ bytesMax: 399 })).length, 1);
      await scene.enqueue(Array.from({ length: 4 }, () => "x".repeat(100)));
      assert.equal((await scene.lease({ bytesMax: 400 })).length, 3);
    },
  },
  { exactBytes: true },
);

export const boundedDemandCases: ReadonlyArray<ConformanceCase> = [...inCounts, ...inBytes];
