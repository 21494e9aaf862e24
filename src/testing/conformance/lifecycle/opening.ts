/** A store that is open: when it is ready, that its calls are cold, and that its events are hot. */
import assert from "node:assert/strict";
import { type ConformanceCase, casesOf } from "../ConformanceCase.js";
import { answered } from "../queue/Scene.js";
import { everyCall } from "./everyCall.js";
import { endsOf, tell } from "./Told.js";

export const openingCases: ReadonlyArray<ConformanceCase> = casesOf("The life of a store", {
  "a store that answers is ready, and says so once for each who asks": async (scene) => {
    for (let times = 0; times < 2; times++) {
      const told = [tell(scene.store.ready()), tell(scene.store.ready())];
      assert.deepEqual(await endsOf(scene, ...told), ["complete", "complete"]);
      for (const { values } of told) assert.deepEqual(values, [undefined]);
    }
  },
  "every call waits for the store by itself: none needs to be told first that it is ready": async (scene) => {
    for (const [name, call] of Object.entries(everyCall))
      await assert.doesNotReject(async () => await answered(call(scene)), `${name} was refused by an open store`);
  },
  "a call that nobody subscribes to does nothing": async (scene) => {
    const { store } = scene;
    await scene.enqueue(["a"]);
    for (const call of Object.values(everyCall)) void call(scene);
    void store.close();
    await scene.advance(5);
    await assert.doesNotReject(async () => await scene.expectStats({ enqueued: 1, ready: 1 }));
  },
  "events are told for as long as the store is open, whoever comes and goes": async (scene) => {
    const first = tell(scene.store.events$);
    const second = tell(scene.store.events$);
    await scene.enqueue(["a"]);
    first.subscription.unsubscribe();
    const third = tell(scene.store.events$);
    await scene.advance(5);
    assert.deepEqual([second.end(), third.end()], ["open", "open"]);
  },
});
