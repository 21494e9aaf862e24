/** A Redis server that is restored from an older file and written to, under an application that runs on. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { redisStore } from "sluice/redis";
import { it } from "vitest";
import { atEnd } from "../../support/atEnd.js";
import { startRedisServer } from "../../support/redisServer.js";
import { expectAllToBeTold } from "../goingBack.js";

const save = async (url: string): Promise<void> => {
  const admin = new Redis(url);
  try {
    await admin.save();
  } finally {
    admin.disconnect();
  }
};

it("is told to feeds, aggregates and projections that run meanwhile", { timeout: 60_000 }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "sluice-restored-"));
  atEnd(() => rm(dir, { recursive: true, force: true }));
  const server = await startRedisServer({ args: ["--dir", dir] });
  atEnd(() => server.stop());
  const store = redisStore(server.url);
  atEnd(() => store.close());
  await expectAllToBeTold({
    store,
    remember: () => save(server.url),
    goBack: async (meanwhile) => {
      await server.kill9();
      // The same file on another server, where others write before ours is back.
      const another = await startRedisServer({ args: ["--dir", dir] });
      const others = redisStore(another.url);
      try {
        await meanwhile(others);
        await save(another.url);
      } finally {
        await others.close();
        await another.stop();
      }
      await server.restart();
    },
  });
});
