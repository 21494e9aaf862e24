/** Memory is the reference: Redis must show the same, observation by observation, when its clock is told the same time. */
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { memoryStore } from "../../src/stores/memory/memoryStore.js";
import { redisStore } from "../../src/stores/redis/redisStore.js";
import { PacedScheduler } from "../../src/testing/PacedScheduler.js";
import { cleanUp, newNamespace } from "../stores/redis/namespace.js";
import { commands } from "./Command.js";
import { Player } from "./Player.js";

/** How many sequences are played, each of a fresh seed. */
const RUNS = Number(process.env["SEEDS"] ?? 25);

describe("memory and Redis", () => {
  const url = inject("redisUrl");
  const namespace = newNamespace();
  let client: Redis;
  let runs = 0;

  beforeAll(() => {
    client = new Redis(url, { lazyConnect: true });
  });
  afterAll(async () => {
    client.disconnect();
    await cleanUp(url, namespace);
  });

  it("show the same after every command of any sequence, and hold the same in the end", async () => {
    await fc.assert(
      fc.asyncProperty(commands(80), async (sequence) => {
        const scheduler = new PacedScheduler();
        const nowMs = (): number => scheduler.now();
        const memory = memoryStore({ scheduler });
        const redis = redisStore(client, { namespace: `${namespace}.${runs++}`, nowMs });
        try {
          const reference = new Player(memory, (ms) => scheduler.advance(ms), "run");
          const player = new Player(redis, () => Promise.resolve(), "run");
          for (const [n, command] of sequence.entries()) {
            const expected = await reference.play(command);
            const seen = await player.play(command);
            expect(seen, `after command ${n}`).toEqual(expected);
          }
          expect(await player.inventory()).toEqual(await reference.inventory());
        } finally {
          await redis.close();
        }
      }),
      { numRuns: RUNS },
    );
  }, 120_000);
});
