import fc from "fast-check";
import { describe, it } from "vitest";
import { memoryStore } from "../../src/stores/memory/memoryStore.js";
import { PacedScheduler } from "../../src/testing/PacedScheduler.js";
import { commands } from "./Command.js";
import { Player } from "./Player.js";
import { QueueModel } from "./QueueModel.js";

describe("memory store", () => {
  it("shows what the model says, after every command of any sequence", async () => {
    await fc.assert(
      fc.asyncProperty(commands(120), async (sequence) => {
        const scheduler = new PacedScheduler();
        const player = new Player(memoryStore({ scheduler }), (ms) => scheduler.advance(ms), "run");
        const model = new QueueModel();
        for (const command of sequence) model.follow(command, await player.play(command));
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
