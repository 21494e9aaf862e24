/**
 * A copy of a store's contents is as good as they are: the whole conformance suite, on a store that goes on with a copy of itself before
 * nearly every call.
 */
import { defer, finalize } from "rxjs";
import { describe, it } from "vitest";
import { fromOne } from "../../../src/core/Effect.js";
import { viewOf } from "../../../src/port/viewOf.js";
import { replaceableMemoryStore } from "../../../src/stores/memory/memoryStore.js";
import { conformance } from "../../../src/testing/conformance/conformance.js";

/** Beyond so many calls only every five hundredth one is made upon a copy: a case of many calls has many messages. */
const CALLS_MAX = 25;

conformance(
  "memory, copied before each call",
  ({ scheduler }) => {
    const server = replaceableMemoryStore(scheduler);
    let calls = 0;
    let open = 0;
    const store = viewOf(server, {
      around: (run, { kind }) => {
        if (kind === "close") return run();
        return fromOne(
          defer(() => {
            // Calls that wait stay in the contents that they were made of.
            if (open === 0 && (calls < CALLS_MAX || calls % 500 === 0)) server.replace(server.contents.copy());
            calls += 1;
            open += 1;
            return run().pipe(
              finalize(() => {
                open -= 1;
              }),
            );
          }),
        );
      },
    });
    return { store };
  },
  {
    capabilities: {
      durable: false,
      shared: false,
      virtualTime: true,
      hints: true,
      settlesWhenFull: true,
      exactBytes: true,
    },
    runner: { describe, it },
  },
);
