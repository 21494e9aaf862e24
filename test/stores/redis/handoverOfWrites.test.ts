/** A write of several steps hands its only ready message to a consumer that waits; whatever happens on its way, none is lost or doubled. */
import { isRight } from "fp-ts/lib/Either.js";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Block, Release, Retry } from "../../../src/core/Outcome.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import { FORMAT } from "../../../src/stores/redis/scripts/format.js";
import { putStep } from "../../../src/testing/conformance/records/steps.js";
import { Bench, payloadsOf, until } from "./bench.js";

const url = inject("redisUrl");
const benches: Array<Bench> = [];

const bench = (): Bench => {
  const made = new Bench(url);
  benches.push(made);
  return made;
};

afterEach(async () => {
  for (const made of benches.splice(0)) await made.close();
});

const wasHandedOver = ({ token }: Lease): boolean => token.split(":")[1]?.startsWith("h-") === true;
const isUnread = async (at: Bench): Promise<boolean> => ((await at.admin.lindex(`${at.key}:w`, 0)) ?? "").length > 1;

/** As if a consumer waited. */
const expectOne = async (at: Bench): Promise<void> => {
  const seq = Number(await at.admin.hget(at.key, "seq"));
  await at.admin.set(
    `${at.key}:h`,
    `w${FORMAT}:${(seq + 1).toString(16).padStart(10, "0")}${(30_000).toString(16).padStart(8, "0")}`,
  );
};

const write = async (at: Bench, list: ReadonlyArray<Step>, writeId = newId()): Promise<void> => {
  expect((await at.store.write([list], writeId)).every(isRight)).toBe(true);
};

describe("the only message of a write of several steps", () => {
  it.each([undefined, "key"])("goes straight to a consumer that waits: its key is %s", async (key) => {
    const at = bench();
    // The first mark of a queue ends what waits: consumers that know no marks may wait there.
    await at.enqueue(["before"], { key, mark: key && "mark" });
    await at.settle(await at.lease());
    await at.admin.del(`${at.key}:w`); // the wake-up of the enqueue would make the consumer that waits ask once more
    const leasing = at.lease({ waitMsMax: 10_000, leaseMs: 44_000 });
    await until(async () => (await at.admin.get(`${at.key}:h`))?.startsWith("w") === true);
    await write(at, [putStep("a"), at.step("m", { key, mark: key && "mark" })]);
    const [lease] = await leasing;
    if (lease === undefined) throw new Error("one was enqueued");
    expect(wasHandedOver(lease)).toBe(true);
    expect(lease).toMatchObject({ payload: "m", key, attempt: 1 });
    expect(Number(await at.admin.zscore(`${at.key}:x`, lease.token))).toBe(lease.leasedAtMs + 44_000);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 2, ready: 0, leased: 1 });
    if (key !== undefined)
      expect(await at.store.heads({ queue: at.queue, keys: [key] })).toEqual([{ mark: "mark", blocked: false }]);
    expect((await at.settle([lease])).every(isRight)).toBe(true);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 2, ready: 0, leased: 0, acked: 2 });
  });

  it("is handed over once, however often the write is sent", async () => {
    const at = bench();
    await expectOne(at);
    const writeId = newId();
    const list = [putStep("a"), at.step("m", { key: "k" })];
    for (let time = 0; time < 3; time++) await write(at, list, writeId);
    expect(await isUnread(at)).toBe(true);
    expect(payloadsOf(await at.lease())).toEqual(["m"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 1, ready: 0, leased: 1 });
  });

  it("that nobody reads goes to whoever leases next, uncounted", async () => {
    const at = bench();
    await expectOne(at);
    await write(at, [putStep("a"), at.step("m", { key: "k" })]);
    expect(await at.lease()).toMatchObject([{ payload: "m", attempt: 1, suspect: false }]);
  });

  it.each<readonly [string, (at: Bench) => ReadonlyArray<Step>]>([
    ["beside another", (at) => [at.step("m"), at.step("n", { key: "k" })]],
    ["that is delayed", (at) => [at.step("m", { delayMs: 60_000 })]],
    ["that may come too late", (at) => [at.step("m", { expiresInMs: 60_000 })]],
  ])("is left in its place %s", async (_, steps) => {
    const at = bench();
    await expectOne(at);
    await write(at, [putStep("a"), ...steps(at)]);
    expect(await isUnread(at)).toBe(false);
  });

  it("is left in its place where a message that was leased before returns", async () => {
    const at = bench();
    await at.enqueue(["before"]);
    const [lease] = await at.lease();
    if (lease === undefined) throw new Error("one was enqueued");
    await expectOne(at);
    await write(at, [at.settleStep(lease, Release({ reason: "given back" })), at.step("m")]);
    expect(await isUnread(at)).toBe(false);
    expect(payloadsOf(await at.lease())).toEqual(["before", "m"]);
  });

  it.each([Retry({ cause: "x", delayMs: 0 }), Block({ cause: "x", scope: "queue" })])(
    "is not handed over where its write halts or returns something: %j",
    async (outcome) => {
      const at = bench();
      await at.enqueue(["before"]);
      const [lease] = await at.lease();
      if (lease === undefined) throw new Error("one was enqueued");
      await expectOne(at);
      await write(at, [at.settleStep(lease, outcome), at.step("m")]);
      expect(await isUnread(at)).toBe(false);
    },
  );

  it("changes nothing where a foreign value stands among the leases", async () => {
    const at = bench();
    await expectOne(at);
    await at.admin.set(`${at.key}:x`, "foreign");
    const before = await at.digest();
    await expect(at.store.write([[putStep("a"), at.step("m")]], newId())).rejects.toThrow();
    expect(await at.digest()).toEqual(before);
  });
});
