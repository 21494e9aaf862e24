/** The rights that docs/guide/redis.md lists are those that a store needs: no more, no less. */
import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { redisStore } from "../../../src/entries/redis.js";
import { conformance } from "../../../src/entries/testing.js";
import { neededCommands } from "../../../src/stores/redis/connection/rights.js";
import { enqueueStep, leaseRequest } from "../../../src/testing/conformance/queue/steps.js";
import { type RedisServer, startRedisServer } from "../../support/redisServer.js";
import { cleanUp, newNamespace } from "./namespace.js";
import { underTest } from "./underTest.js";

const page = readFileSync(new URL("../../../docs/guide/redis.md", import.meta.url), "utf8");
const listed = (/^ACL SETUSER (.*)$/m.exec(page)?.[1] ?? "").split(" ");
/** The user's rights on the keys of a namespace, as they are listed. */
const rightsOn = (namespace: string): ReadonlyArray<string> =>
  listed.slice(1).map((rule) => (rule.startsWith("~") ? `~{${namespace}}:*` : rule.replace(/^>.*/, ">secret")));
const commands = listed.filter((rule) => rule.startsWith("+")).map((rule) => rule.slice(1));
/** Those that a store can do without: the driver asks for them, and goes on. */
const optional = ["info", "config|get"];

let server: RedisServer;
let admin: Redis;

beforeAll(async () => {
  server = await startRedisServer();
  admin = new Redis(server.url);
});

afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

const clientOf = (username: string) =>
  new Redis({ port: server.port, username, password: "secret", lazyConnect: true });

conformance(
  "redis with the listed rights only",
  async () => {
    const namespace = newNamespace();
    await admin.call("ACL", "SETUSER", namespace, ...rightsOn(namespace));
    return underTest({ client: clientOf(namespace), namespace, url: server.url });
  },
  {
    capabilities: {
      durable: true,
      shared: true,
      virtualTime: false,
      hints: true,
      settlesWhenFull: true,
      exactBytes: true,
    },
    runner: { describe, it },
  },
);

describe("the rights of a user", () => {
  it("are enough by the server's clock", async () => {
    const namespace = newNamespace();
    await admin.call("ACL", "SETUSER", namespace, ...rightsOn(namespace));
    const store = redisStore(clientOf(namespace), { namespace });
    await store.write([[enqueueStep("q", "a"), enqueueStep("q", "b", { delayMs: 60_000 })]], newId());
    expect((await store.lease(leaseRequest("q"))).map(({ payload }) => payload)).toEqual(["a"]);
    await store.close();
    await cleanUp(server.url, namespace);
  });

  it("are listed, each of them", () => {
    const needed = neededCommands(false).map((name) => name.toLowerCase());
    expect(commands.filter((name) => !optional.includes(name)).sort()).toEqual([...needed].sort());
  });

  it("are missed by their names at connect, and nothing is changed", async () => {
    const namespace = newNamespace();
    const told: Array<string> = [];
    for (const command of [...commands, "wait"].filter((name) => !optional.includes(name))) {
      const user = `${namespace}-${command}`;
      await admin.call("ACL", "SETUSER", user, ...rightsOn(namespace), "+wait", `-${command}`);
      const store = redisStore(clientOf(user), { namespace, waitReplicas: 1 });
      const error = await store.setPaused({ queue: "q", paused: true }, newId()).then(
        () => undefined,
        (cause: unknown) => cause as { readonly _tag: string; readonly message: string },
      );
      await store.close();
      if (error?._tag === "InvalidConfig" && new RegExp(`\\b${command}\\b`, "i").test(error.message))
        told.push(command);
      else expect([command, error?.message]).toEqual([command, "an InvalidConfig that names it"]);
    }
    expect(told).toHaveLength(neededCommands(true).length);
    expect(await admin.dbsize()).toBe(0);
  });

  it("are missed by the keys", async () => {
    const namespace = newNamespace();
    await admin.call("ACL", "SETUSER", namespace, ...rightsOn("another"));
    const store = redisStore(clientOf(namespace), { namespace });
    await expect(store.ready()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "client" });
    await store.close();
  });

  it("that come later are seen by the next call", async () => {
    const namespace = newNamespace();
    await admin.call("ACL", "SETUSER", namespace, ...rightsOn(namespace), "-hset");
    const store = redisStore(clientOf(namespace), { namespace });
    await expect(store.ready()).rejects.toMatchObject({ message: expect.stringContaining("HSET") as string });
    await admin.call("ACL", "SETUSER", namespace, "+hset");
    await store.ready();
    await store.close();
  });

  it("that are taken away later are a wrong configuration too", async () => {
    const namespace = newNamespace();
    await admin.call("ACL", "SETUSER", namespace, ...rightsOn(namespace));
    const store = redisStore(clientOf(namespace), { namespace });
    await store.ready();
    await admin.call("ACL", "SETUSER", namespace, "-hset");
    await expect(store.setPaused({ queue: "q", paused: true }, newId())).rejects.toMatchObject({
      _tag: "InvalidConfig",
    });
    await store.close();
  });
});
