/** Looks at leases that come late, as the process was busy, while the store does not answer. Real time: virtual time is never late. */
import * as t from "io-ts";
import { Observable } from "rxjs";
import { expect, it } from "vitest";
import { storeUnavailable } from "../../../../src/core/SluiceError.js";
import { handle } from "../../../../src/operators/handle.js";
import { settle } from "../../../../src/operators/settle.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import { memoryStore } from "../../../../src/stores/memory/memoryStore.js";
import { Breaker } from "../views.js";

it("a lease that could not be renewed is lost, however late each look at it comes", async () => {
  const breaker = new Breaker();
  const store = memoryStore();
  const numbers = queue(breaker.view(store), { name: "numbers", codec: t.number, leaseMs: 150 });
  const told: Array<string> = [];
  numbers.events$.subscribe(({ _tag }) => told.push(_tag));
  await numbers.enqueue(1);
  let interrupted = false;
  const never = new Observable<never>(() => () => {
    interrupted = true;
  });
  const subscription = numbers
    .messages({ prefetch: 1 })
    .pipe(
      handle(() => never),
      settle(),
    )
    .subscribe();
  await expect.poll(() => told).toContain("Delivered");
  breaker.break("extend", () => storeUnavailable("down"));
  const beganMs = performance.now();
  while (!interrupted && performance.now() - beganMs < 3_000) {
    for (const untilMs = performance.now() + 120; performance.now() < untilMs; );
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(interrupted).toBe(true);
  expect(told).toContain("Lost");
  subscription.unsubscribe();
  await store.close();
});
