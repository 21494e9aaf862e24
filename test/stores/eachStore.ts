/** The stores on which faces are tested. */
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import type { Store } from "sluice/store";
import { inject } from "vitest";
import { newId } from "../../src/core/newId.js";
import { atEnd } from "../support/atEnd.js";
import { cleanUp } from "./redis/namespace.js";

export { atEnd };

const stores: Readonly<Record<string, () => Store>> = {
  memory: () => memoryStore(),
  redis: () => {
    const namespace = `face-${newId()}`;
    const url = inject("redisUrl");
    atEnd(() => cleanUp(url, namespace));
    return redisStore(url, { namespace });
  },
};

/** For `describe.each`: the name of a store, and a function that opens a fresh one, which is closed after the test. */
export const eachStore: ReadonlyArray<readonly [name: string, open: () => Store]> = Object.entries(stores).map(
  ([name, make]) => [
    name,
    () => {
      const store = make();
      atEnd(() => store.close());
      return store;
    },
  ],
);
