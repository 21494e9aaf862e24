/** The least rights of the role of a store, as docs/guide/postgres.md lists them: with them everything works, and what is missing is named. */
import * as t from "io-ts";
import { describe, expect, it } from "vitest";
import { queue } from "../../../src/entries/index.js";
import { eventLog, eventType } from "../../../src/entries/log.js";
import { records } from "../../../src/entries/records.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, atEnd, opened } from "./opened.js";

/** A schema, a role that may do what the guide lists and no more, and its address. */
const aRole = async () => {
  const schema = await aSchema();
  await (await opened(schema)).ready();
  const role = `r_${schema}`;
  const admin = await aClient();
  await admin.query(`revoke execute on all functions in schema "${schema}" from public;
    create role ${role} login;
    grant usage on schema "${schema}" to ${role};
    grant select, insert, update, delete on all tables in schema "${schema}" to ${role};
    grant usage on all sequences in schema "${schema}" to ${role};
    grant execute on all functions in schema "${schema}" to ${role}`);
  atEnd(() => admin.query(`drop owned by ${role}; drop role ${role}`));
  const url = new URL(await postgresUrl());
  url.username = role;
  return { schema, role, admin, url: url.href };
};

describe("a role with the least rights", () => {
  it("creates nothing, and can do everything else", async () => {
    const { schema, url } = await aRole();
    const store = await opened(schema, { migrate: "check" }, url);
    const told: Array<string> = [];
    store.events$.subscribe((event) => told.push(event._tag));
    const orders = queue(store, { name: "orders", codec: t.string, exclusive: true });
    const waiting = orders.receive({ max: 1, waitMsMax: 10_000 });
    await orders.enqueue("o-1", { key: "k", dedupe: { id: "d" } });
    const [message] = await waiting;
    await message?.ack;
    const carts = records(store, { name: "carts", codec: t.number, indexes: { all: () => ({}) } });
    await carts.put("c", 1);
    expect((await carts.page("all")).items).toHaveLength(1);
    const log = eventLog(store, eventType("Added", t.type({ count: t.number })));
    await log.append("cart/1", [{ count: 1 }, { count: 2 }]);
    expect((await log.feedPage()).items).toHaveLength(2);
    await log.prune("cart/1", { upTo: 1 });
    const client = await aClient(url);
    await client.query("begin");
    await store.within(client)(orders.enqueue("o-2"));
    await client.query("commit");
    await orders.pause();
    await orders.resume();
    expect(await orders.purge()).toBe(1);
    expect(await orders.stats()).toMatchObject({ enqueued: 2, acked: 1, purged: 1 });
    // It may not vacuum, and says what to do about that.
    expect(told).toContain("StoreWarning");
  }, 60_000);

  it("is told which right it lacks", async () => {
    const lacks = [
      ["usage on schema", (schema: string) => `usage on schema "${schema}"`, /permission denied for schema/],
      ["a table", (schema: string) => `insert on "${schema}".messages`, /permission denied for table messages/],
      ["a sequence", (schema: string) => `usage on sequence "${schema}".calls`, /permission denied for sequence calls/],
      [
        "a function",
        (schema: string) => `execute on function "${schema}".enqueue_one_1(text)`,
        /for function enqueue_one_1/,
      ],
    ] as const;
    for (const [, right, message] of lacks) {
      const { schema, role, admin, url } = await aRole();
      await admin.query(`revoke ${right(schema)} from ${role}`);
      const orders = queue(await opened(schema, { migrate: "check" }, url), { name: "orders", codec: t.string });
      await expect(orders.enqueue("o-1")).rejects.toMatchObject({
        _tag: "InvalidConfig",
        option: "client",
        message: expect.stringMatching(message) as string,
      });
    }
  }, 60_000);

  it("is told that it may not make a schema, and which step is missing where it only checks", async () => {
    const { url } = await aRole();
    await expect((await opened(await aSchema(), {}, url)).ready()).rejects.toMatchObject({
      _tag: "InvalidConfig",
      message: expect.stringMatching(/permission denied for database/) as string,
    });
    await expect((await opened(await aSchema(), { migrate: "check" }, url)).ready()).rejects.toMatchObject({
      _tag: "InvalidConfig",
      option: "migrate",
      message: expect.stringMatching(/lacks step 1, 2 of the migration/) as string,
    });
  }, 30_000);
});
