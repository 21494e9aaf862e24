/** Every broken store, by what it does. */

import { replayableIds } from "../../../../../src/core/newId.js";
import { viewOf } from "../../../../../src/port/viewOf.js";
import { memoryStore } from "../../../../../src/stores/memory/memoryStore.js";
import type { StoreFactory } from "../../../../../src/testing/conformance/ConformanceCase.js";
import { attending } from "./attending.js";
import { type Break, broken } from "./BrokenStore.js";
import { bounding } from "./bounding.js";
import { ending } from "./ending.js";
import { onTheFeed } from "./feeds.js";
import { fencing } from "./fencing.js";
import { onTheLog } from "./log.js";
import { losing } from "./losing.js";
import { marking } from "./marking.js";
import { ordering } from "./ordering.js";
import { purging } from "./purging.js";
import { onTheRecords } from "./records.js";
import { sharedView } from "./sharedView.js";
import { sleeping } from "./sleeping.js";
import { suspecting } from "./suspecting.js";
import { timing } from "./timing.js";
import { writing } from "./writing.js";

const breaks: Readonly<Record<string, Break>> = {
  ...bounding,
  ...losing,
  ...fencing,
  ...writing,
  ...ordering,
  ...timing,
  ...sleeping,
  ...suspecting,
  ...attending,
  ...purging,
  ...ending,
  ...onTheRecords,
  ...marking,
  ...onTheLog,
  ...onTheFeed,
};

/** The stores that break their word, and what each does. */
export const faults: Readonly<Record<string, StoreFactory>> = {
  ...Object.fromEntries(Object.entries(breaks).map(([name, breakIt]) => [name, broken(breakIt)])),
  "gives every process data of its own": ({ scheduler }) => ({
    store: sharedView(memoryStore({ scheduler })),
    another: () => sharedView(memoryStore({ scheduler })),
  }),
  "is closed for all when one process closes it": ({ scheduler }) => {
    const store = memoryStore({ scheduler });
    return { store, another: () => viewOf(store, {}) };
  },
  "makes the same ids in every process": ({ scheduler }) => {
    const store = memoryStore({ scheduler });
    const open = () => sharedView(viewOf(store, { newId: replayableIds("every process", () => scheduler.now()) }));
    return { store: open(), another: open, dispose: async () => await store.close() };
  },
};

/** A store that keeps its word, seen by several processes. */
export const sound: StoreFactory = broken(() => ({}));
