/** What a store may be given to connect by. */
import * as t from "io-ts";
import { Redis } from "ioredis";
import { lastValueFrom } from "rxjs";
import { queue } from "sluice";
import { redisStore } from "sluice/redis";
import { describe, expect, inject, it } from "vitest";
import { newId } from "../../../../../src/core/newId.js";
import { cloneClient, templateOf } from "../../../../../src/stores/redis/connection/clients.js";
import { cleanUp, newNamespace } from "../../../../stores/redis/namespace.js";
import { startRedisServer } from "../../../../support/redisServer.js";

const optionsOf = (url: string): Redis["options"] => (cloneClient(templateOf(url)) as Redis).options;

describe("a URL", () => {
  it("says where the server is, who comes, and which database", () => {
    expect(optionsOf("redis://user:pass@redis.example:6380/3")).toMatchObject({
      host: "redis.example",
      port: 6380,
      username: "user",
      password: "pass",
      db: 3,
    });
    expect(optionsOf("redis://:pass@h/")).toMatchObject({
      host: "h",
      port: 6379,
      username: "",
      password: "pass",
      db: 0,
    });
    expect(optionsOf("redis://[::1]:1")).toMatchObject({ host: "::1", port: 1 });
    expect(optionsOf("redis://u:p%40%2F%23%25@h")).toMatchObject({ username: "u", password: "p@/#%" });
  });

  it("asks for TLS by rediss, in whatever case and with a line break behind it", () => {
    expect(optionsOf("redis://h").tls).toBeUndefined();
    for (const url of ["rediss://h", "REDISS://h", " rediss://h\n"]) {
      expect(optionsOf(url).tls, JSON.stringify(url)).toBeTruthy();
      expect(optionsOf(url).host).toBe("h");
    }
  });

  it("may hold options of the driver, but none that the store sets itself", () => {
    expect(optionsOf("redis://h?family=6&keyPrefix=x&maxRetriesPerRequest=1&lazyConnect=")).toMatchObject({
      family: 6,
      keyPrefix: "",
      maxRetriesPerRequest: null,
      lazyConnect: true,
    });
  });

  it("is enough for a store, with a password and a database", async () => {
    const server = await startRedisServer({ password: "p@ss/wörd#?%" });
    const store = redisStore(`${server.url}/2`);
    const admin = new Redis(`${server.url}/2`);
    try {
      await store.ready();
      await store.setPaused({ queue: "q", paused: true }, newId());
      expect(await admin.keys("*:q:*")).toEqual(["{sluice}:q:q"]);
    } finally {
      admin.disconnect();
      await store.close();
      await server.stop();
    }
  });

  it.each([
    ["", /is empty/],
    ["  ", /is empty/],
    ["localhost:6379", /neither redis:\/\/ nor rediss:\/\//],
    ["http://user:secret@h", /neither redis:\/\/ nor rediss:\/\//],
    ["redis:user:secret@h", /neither redis:\/\/ nor rediss:\/\//],
    ["redis://", /names no host/],
    ["redis:///0", /names no host/],
    ["redis://:6379", /needs a host/],
    ["redis://user:secret@:6379", /needs a host/],
    ["redis://user:sec/ret@h", /encodeURIComponent/],
    ["redis://user:12#secret@h", /encodeURIComponent/],
    ["redis://user:12?secret@h", /encodeURIComponent/],
    ["redis://user:secret%ZZ@h", /encodeURIComponent/],
    ["redis://user:secret@h:99999", /cannot be read/],
    ["redis://user:secret@h/orders", /number of a database/],
    ["redis://user:12/secret@h", /number of a database/],
  ])("%j is refused with what to write, and without its password", (url, says) => {
    const refuse = (): unknown => redisStore(url);
    expect(refuse).toThrow(says);
    expect(refuse).toThrow(/redis:\/\/user:password@host:6379\/0/);
    try {
      refuse();
    } catch (error) {
      expect(error).toMatchObject({ _tag: "InvalidConfig", option: "client" });
      expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toMatch(/secret|sec\/ret/);
    }
  });
});

describe("a database that the server does not have, or does not let this client into", () => {
  it.each(["number", "user"])("is refused by its %s, and nothing goes to database 0 instead", async (why) => {
    const server = await startRedisServer();
    const admin = new Redis(server.url);
    try {
      await admin.acl("SETUSER", "zero", "on", "nopass", "~*", "&*", "+@all", "-select");
      const { host } = new URL(server.url);
      const url = why === "number" ? `redis://${host}/99` : `redis://zero:any@${host}/1`;
      const store = redisStore(url);
      const told: Array<string> = [];
      store.events$.subscribe(({ _tag }) => told.push(_tag));
      const strings = queue(store, { name: "strings", codec: t.string });
      const refused = { _tag: "InvalidConfig", option: "client" };
      await expect(store.ready()).rejects.toMatchObject(refused);
      await expect(strings.enqueue("a")).rejects.toMatchObject(refused);
      await expect(lastValueFrom(strings.messages())).rejects.toMatchObject(refused);
      await expect.poll(() => told).toEqual(["StoreDown"]);
      await store.close();
      expect(await admin.dbsize()).toBe(0);
    } finally {
      admin.disconnect();
      await server.stop();
    }
  });
});

it("a server that is too busy to let a client into its database is waited for", async () => {
  const server = await startRedisServer();
  const [admin, hog] = [new Redis(server.url), new Redis(server.url)];
  const store = redisStore(`${server.url}/1`);
  try {
    await admin.config("SET", "busy-reply-threshold", "50");
    const strings = queue(store, { name: "strings", codec: t.string });
    await strings.enqueue("a");
    const clients = (await admin.client("LIST")) as string;
    const id = /^id=(\d+) .* db=1 /m.exec(clients)?.[1] ?? "none";
    const script = hog.pipeline().client("KILL", "ID", id).eval("while true do end", 0).exec();
    const enqueued = strings.enqueue("b").then(() => "done");
    expect(await Promise.race([enqueued, new Promise((resolve) => setTimeout(() => resolve("waits"), 600))])).toBe(
      "waits",
    );
    await admin.script("KILL");
    await script;
    expect(await enqueued).toBe("done");
    expect(await strings.stats()).toMatchObject({ ready: 2 });
    expect(await admin.dbsize()).toBe(0);
  } finally {
    await store.close();
    admin.disconnect();
    hog.disconnect();
    await server.stop();
  }
});

describe("anything else", () => {
  it("may be a client, options of one, or nothing that is taken for one", async () => {
    const url = inject("redisUrl");
    const { hostname, port } = new URL(url);
    const namespace = newNamespace();
    for (const given of [url, new Redis(url, { lazyConnect: true }), { host: hostname, port: Number(port) }]) {
      const store = redisStore(given, { namespace });
      await store.ready();
      await store.close();
    }
    await cleanUp(url, namespace);
    for (const given of [undefined, null, 6379])
      expect(() => redisStore(given as unknown as string)).toThrow(
        expect.objectContaining({ _tag: "InvalidConfig", option: "client" }),
      );
  });
});
