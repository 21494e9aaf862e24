import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/port/Store.js";
import { memoryStore } from "../../src/stores/memory/memoryStore.js";
import { PacedScheduler } from "../../src/testing/PacedScheduler.js";
import { faults } from "../unit/testing/conformance/broken/faults.js";
import { commands } from "./Command.js";
import { Player } from "./Player.js";
import { QueueModel } from "./QueueModel.js";

type MakeStore = (scheduler: PacedScheduler) => Store | Promise<Store>;

const agrees = (make: MakeStore, lengthMax: number): fc.IAsyncProperty<[unknown]> =>
  fc.asyncProperty(commands(lengthMax), async (sequence) => {
    const scheduler = new PacedScheduler();
    const player = new Player(await make(scheduler), (ms) => scheduler.advance(ms), "run");
    const model = new QueueModel();
    for (const command of sequence) model.follow(command, await player.play(command));
  });

describe("memory store", () => {
  it("shows what the model says, after every command of any sequence", async () => {
    await fc.assert(
      agrees((scheduler) => memoryStore({ scheduler }), 120),
      { numRuns: 300 },
    );
  }, 60_000);
});

/** Faults that any sequence of some length shows. */
const found: ReadonlyArray<string> = [
  "loses every tenth message",
  "loses a message whose lease ended",
  "loses what is released",
  "enqueues every tenth message twice",
  "gives what it gave to the consumer before",
  "takes the token of any delivery of a message",
  "takes a dead token for done",
  "forgets a lease at its end, not when it is reaped",
  "extends nothing",
  "performs a list step by step",
  "refuses the whole write for one dead token",
  "heeds no dedupe id",
  "brings more than it was asked for",
  "lets followers pass a delayed retry",
  "keeps no keys",
  "has one key for all",
  "keeps the key of what it rejected",
  "gives a release a new attempt",
  "delivers delayed messages at once",
  "delivers delayed messages after half their time",
  "knows no attempt but the first",
  "ends no lease",
  "ends leases after half their time",
  "allows expiry any number of times",
  "pauses nothing",
  "frees a halted queue at the end of a pause",
  "skips what it should retry",
  "counts what it did not redrive",
];

describe("the model finds a store that", () => {
  // It ends at the first sequence that shows the fault, so that many cost nothing where it is frequent.
  it.each(found)(
    "%s",
    async (fault) => {
      const make: MakeStore = async (scheduler) => (await faults[fault]!({ scheduler })).store;
      const { failed } = await fc.check(agrees(make, 120), { numRuns: 6_000, endOnFailure: true });
      expect(failed).toBe(true);
    },
    60_000,
  );
});
