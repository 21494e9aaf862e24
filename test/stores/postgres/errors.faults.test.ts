/**
 * Every row of the table of errors: what its user sees, that nothing is lost or done twice, and that the store goes on once the cause is
 * gone. First by a trigger that raises each code, then by the real cause where one can be had.
 */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Store } from "../../../src/port/Store.js";
import { enqueueStep, leaseRequest, settleStep } from "../../../src/testing/conformance/queue/steps.js";
import { ownerOf } from "../../support/postgresServer.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { aClient, aSchema, atEnd, enqueue, opened } from "./opened.js";
import { aRole, faultsOf, type Watched, watched, withSettings } from "./watched.js";

const run = promisify(execFile);

/** A write of one message that can be sent again. */
const aWrite = (store: Store) => {
  const lists: ReadonlyArray<ReadonlyArray<Step>> = [[enqueueStep("q", "x")]];
  const writeId = newId();
  return () => store.write(lists, writeId);
};

const enqueuedIn = async (store: Store): Promise<number> => (await store.stats("q")).enqueued;

const withCode = (code: string) => expect.objectContaining({ code }) as Error;

/** Expects that the write fails so, that it is done by the next try once the cause is gone, and once. */
const expectPassesAfter = async (
  { store }: Watched,
  failure: object,
  cause: { readonly end: () => Promise<unknown> },
): Promise<void> => {
  const before = await enqueuedIn(store);
  const write = aWrite(store);
  await expect(Promise.resolve(write())).rejects.toMatchObject(failure);
  await cause.end();
  await write();
  await write();
  expect(await enqueuedIn(store)).toBe(before + 1);
};

describe("an error of the server", () => {
  const AWAY = ["08006", "08P01", "57P01", "57P02", "57P03", "25006", "53400"];
  const RESENT = ["57P05", "40001", "40P01", "40003", "53300", "55P03", "57014"];
  const FULL = ["53100", "53200"];
  const CONFIG = ["42501", "3F000", "3D000", "42883", "42P01", "28P01", "28000"];
  const DEFECT = ["22P02", "23505", "XX000"];

  it("that passes is ridden out, and told only where the store is away", { timeout: 60_000 }, async () => {
    const schema = await aSchema();
    const { store, story } = await watched(schema);
    const faults = await faultsOf(schema);
    let told = 0;
    for (const code of [...AWAY, ...RESENT]) {
      const before = await enqueuedIn(store);
      await faults.begin(code, 2);
      await aWrite(store)();
      await faults.end();
      expect([code, await enqueuedIn(store)]).toEqual([code, before + 1]);
      expect([code, story().slice(told)]).toEqual([code, AWAY.includes(code) ? ["StoreDown", "StoreUp"] : []]);
      told = story().length;
    }
  });

  it("that stays has its name, and the same write is done once when it is gone", { timeout: 60_000 }, async () => {
    const schema = await aSchema();
    const one = await watched(schema, { commandMsMax: 500 });
    const faults = await faultsOf(schema);
    const tags = {
      StoreUnavailable: ["57P01", "25006", "57014", "40P01"],
      StoreFull: FULL,
      InvalidConfig: CONFIG,
      Defect: DEFECT,
    };
    let told = 0;
    for (const [_tag, codes] of Object.entries(tags))
      for (const code of codes) {
        const shown = _tag === "InvalidConfig" ? { option: "client" } : { cause: withCode(code) };
        await faults.begin(code);
        await expectPassesAfter(one, { _tag, ...shown }, faults);
        expect([code, one.story().slice(told)]).toEqual([code, AWAY.includes(code) ? ["StoreDown", "StoreUp"] : []]);
        told = one.story().length;
      }
  });
});

describe("by its real cause", () => {
  it("a deadlock with a foreign transaction ends with both done", { timeout: 30_000 }, async () => {
    const schema = await aSchema();
    const { store, story } = await watched(schema, { commandMsMax: 10_000 });
    await enqueue(store, "q", ["a", "b"]);
    const leases = await store.lease(leaseRequest("q"));
    const foreign = await aClient();
    // Its own look for deadlocks would come first.
    await foreign.query("set deadlock_timeout = '30s'");
    const touch = (id: string | undefined): Promise<unknown> =>
      foreign.query(`update "${schema}".messages set first_at = first_at where id = $1`, [id]);
    await foreign.query("begin");
    await touch(leases[1]?.id);
    const settled = Promise.resolve(
      store.write(
        leases.map((lease) => [settleStep(lease, Ack, { queue: "q" })]),
        newId(),
      ),
    );
    await sleep(200);
    await touch(leases[0]?.id);
    await foreign.query("commit");
    await settled;
    expect(await store.stats("q")).toMatchObject({ acked: 2, leased: 0, ready: 0 });
    expect(story()).toEqual([]);
  });

  it.each([
    ["57014", "statement_timeout"],
    ["55P03", "lock_timeout"],
  ])("%s, a %s of the role's, is ridden out until the lock is free", { timeout: 30_000 }, async (code, setting) => {
    const schema = await aSchema();
    const url = withSettings(await postgresUrl(), { [setting]: "100" });
    await watched(schema, { commandMsMax: 20_000 });
    const one = await watched(schema, { commandMsMax: 500, migrate: "check" }, url);
    await enqueue(one.store, "q", ["a"]);
    const foreign = await aClient();
    await foreign.query(`begin; lock table "${schema}".messages in exclusive mode`);
    const failure = { _tag: "StoreUnavailable", cause: withCode(code) };
    await expectPassesAfter(one, failure, { end: () => foreign.query("commit") });
    await foreign.query(`begin; lock table "${schema}".messages in exclusive mode`);
    const patient = await watched(schema, { migrate: "check" }, url);
    const write = Promise.resolve(aWrite(patient.store)());
    await sleep(400);
    await foreign.query("commit");
    await write;
    expect(await enqueuedIn(one.store)).toBe(3);
    expect([...one.story(), ...patient.story()]).toEqual([]);
  });

  it("sessions that end when they are idle are opened anew, and a consumer waits on", { timeout: 30_000 }, async () => {
    const schema = await aSchema();
    const { store, story } = await watched(
      schema,
      {},
      withSettings(await postgresUrl(), { idle_session_timeout: "100" }),
    );
    const writer = await opened(schema);
    for (let n = 0; n < 3; n++) {
      const waits = Promise.resolve(store.lease(leaseRequest("q", { waitMsMax: 10_000 })));
      await sleep(250);
      await enqueue(writer, "q", [String(n)]);
      expect((await waits).map(({ payload }) => payload)).toEqual([String(n)]);
    }
    expect(await enqueuedIn(store)).toBe(3);
    expect(story().filter((tag) => tag === "StoreDown").length).toBe(0);
  });

  it("a role without a free connection waits for one", { timeout: 30_000 }, async () => {
    const schema = await aSchema();
    await watched(schema);
    const { role, url } = await aRole(schema);
    const admin = await aClient();
    await admin.query(`alter role ${role} connection limit 1`);
    const logger = { warn: () => undefined };
    const store = await opened(schema, { commandMsMax: 300, migrate: "check", logger }, url);
    const other = await aClient(url);
    const write = aWrite(store);
    await expect(Promise.resolve(write())).rejects.toMatchObject({
      _tag: "StoreUnavailable",
      cause: withCode("53300"),
    });
    await other.end();
    await write();
    await admin.query(`alter role ${role} connection limit -1`);
    expect(await enqueuedIn(store)).toBe(1);
  });

  it("a server that takes no changes is told once, and told once when it does again", { timeout: 30_000 }, async () => {
    const schema = await aSchema();
    await watched(schema);
    const { role, url } = await aRole(schema);
    const one = await watched(schema, { commandMsMax: 300, migrate: "check" }, url);
    const admin = await aClient();
    const setReadOnly = (on: boolean) =>
      admin.query(`alter role ${role} set default_transaction_read_only = ${String(on)};
        select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);
    await setReadOnly(true);
    const write = aWrite(one.store);
    for (let n = 0; n < 2; n++)
      await expect(Promise.resolve(write())).rejects.toMatchObject({
        _tag: "StoreUnavailable",
        cause: withCode("25006"),
      });
    expect(one.story()).toEqual(["StoreDown"]);
    await setReadOnly(false);
    await write();
    expect(one.story()).toEqual(["StoreDown", "StoreUp"]);
    expect(await enqueuedIn(one.store)).toBe(1);
  });

  it("a right that is missing is named, and used once it is there", { timeout: 30_000 }, async () => {
    const schema = await aSchema();
    await watched(schema);
    const { role, url } = await aRole(schema);
    const one = await watched(schema, { migrate: "check" }, url);
    const admin = await aClient();
    await admin.query(`revoke insert on "${schema}".messages from ${role}`);
    const failure = { _tag: "InvalidConfig", option: "client", message: expect.stringContaining("messages") as string };
    const end = () => admin.query(`grant insert on "${schema}".messages to ${role}`);
    await expectPassesAfter(one, failure, { end });
    expect(one.story()).toEqual([]);
  });

  it("a schema that was dropped is named, and made anew by the next call", { timeout: 30_000 }, async () => {
    const schema = await aSchema();
    const { store } = await watched(schema);
    await enqueue(store, "q", ["lost"]);
    await (await aClient()).query(`set client_min_messages = error; drop schema "${schema}" cascade`);
    const write = aWrite(store);
    await expect(Promise.resolve(write())).rejects.toMatchObject({ _tag: "InvalidConfig" });
    await write();
    expect(await enqueuedIn(store)).toBe(1);
  });

  /** A file system of some megabytes, for a tablespace. */
  const aSmallDisk = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-small-"));
    await run("mount", ["-t", "tmpfs", "-o", "size=12m,mode=700", "tmpfs", folder]);
    atEnd(async () => {
      await run("umount", ["-l", folder]);
      await rm(folder, { recursive: true, force: true });
    });
    return folder;
  };

  const FULL_STAND_IN = "may not mount here; a full disk is played by the trigger alone, see above";

  it("a full disk is StoreFull, and nothing is lost once there is room", { timeout: 60_000 }, async ({ skip }) => {
    const folder = await aSmallDisk().catch((cause: unknown) => skip(`${FULL_STAND_IN} (${String(cause)})`));
    const owner = await ownerOf();
    const ballast = join(folder, "ballast");
    await writeFile(ballast, Buffer.alloc(4 * 1024 * 1024));
    const space = join(folder, "space");
    await run("mkdir", [space]);
    if (owner !== undefined) await run("chown", ["-R", `${owner.uid}:${owner.gid}`, folder]);
    await chmod(space, 0o700);
    const schema = await aSchema();
    const admin = await aClient();
    await admin.query(`create tablespace "s_${schema}" location '${space}'`);
    atEnd(() => admin.query(`drop tablespace "s_${schema}"`));
    atEnd(() => admin.query(`set client_min_messages = error; drop schema "${schema}" cascade`));
    const { store, story } = await watched(
      schema,
      {},
      withSettings(await postgresUrl(), { default_tablespace: `s_${schema}` }),
    );
    const payload = Array.from({ length: 2_000 }, () => newId()).join("");
    let confirmed = 0;
    let failed: unknown;
    for (; failed === undefined && confirmed < 1_000; confirmed += failed === undefined ? 1 : 0)
      await enqueue(store, "q", [payload]).catch((cause: unknown) => {
        failed = cause;
      });
    expect(failed).toMatchObject({ _tag: "StoreFull", cause: withCode("53100") });
    expect(await enqueuedIn(store)).toBe(confirmed);
    await rm(ballast);
    await enqueue(store, "q", [payload]);
    let seen = 0;
    for (;;) {
      const leases = await store.lease(leaseRequest("q", { max: 20 }));
      if (leases.length === 0) break;
      seen += leases.filter((lease) => lease.payload === payload).length;
      await store.write(
        leases.map((lease) => [settleStep(lease, Ack, { queue: "q" })]),
        newId(),
      );
    }
    expect(seen).toBe(confirmed + 1);
    expect(story()).toEqual([]);
  });
});
