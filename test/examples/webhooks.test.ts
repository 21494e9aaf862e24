import { describe, expect, it } from "vitest";
import { inPGlite, mostOf, namedOnPostgres, namedOnRedis } from "./places.js";
import { type Ended, runExample, startExample } from "./runExample.js";

const main = "02-webhooks/main.ts";
const payloads = 329;
const timeout = 60_000;

const totalOf = ({ stdout }: Ended): Readonly<Record<string, number>> => {
  const [, ...numbers] = /^total +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)$/m.exec(stdout) ?? [];
  const [all, handled, attempts, retries, blocked] = numbers.map(Number);
  return {
    payloads: all ?? 0,
    handled: handled ?? 0,
    attempts: attempts ?? 0,
    retries: retries ?? 0,
    blocked: blocked ?? 0,
  };
};

const expectAllRight = (ended: Ended): void => {
  const { code, stdout, stderr } = ended;
  expect(stderr).toBe("");
  expect(stdout).not.toContain("WRONG");
  expect(stdout).toContain(`right: ${payloads} payloads read, ${payloads} enqueued`);
  expect(stdout).toContain(`right: ${payloads} enqueued = ${payloads} acked\n`);
  expect(stdout).toContain(`right: ${payloads} in the ledger, 0 of them twice`);
  expect(stdout).toContain(`right: ${payloads} of ${payloads} acked, 0 missing in the ledger`);
  expect(stdout).toContain(`right: ${payloads} of ${payloads} digest lines sent`);
  expect(totalOf(ended)).toMatchObject({ payloads, handled: payloads });
  expect(code).toBe(0);
};

describe("webhooks", () => {
  it("handles every payload in memory, with retries and a block", { timeout }, async () => {
    const ended = await runExample(main);

    expectAllRight(ended);
    expect(ended.stdout).toContain("1 blocked, 16 wait behind: repaired and unblocked");
    // Who is busy when is decided by id and attempt, so every run has the same numbers.
    expect(totalOf(ended)).toEqual({ payloads, handled: payloads, attempts: 426, retries: 97, blocked: 1 });
    expect(ended.stdout).toContain("recovered: 81 webhooks that failed 97 times; blocked: 0, dead: 0");
  });

  it("has a result that fits 80 columns and 24 lines, with what npm says and the next prompt", {
    timeout,
  }, async () => {
    const { stdout } = await runExample(main);

    const result = stdout.slice(stdout.indexOf("event ")).trimEnd().split("\n");
    expect(result.filter((line) => line.length > 80)).toEqual([]);
    // Above it stand four lines of npm and four of the progress on a terminal, below it the prompt.
    expect(result.length).toBeLessThanOrEqual(24 - 4 - 4 - 1);
    expect(result.filter((line) => / other events /.test(line))).toHaveLength(1);
  });

  it("has a line for each event where it is asked for all", { timeout }, async () => {
    const { stdout } = await runExample(main, ["--all"]);

    expect(stdout.match(/^push +\d+ +\d+/gm)).toEqual([expect.stringMatching(/ 7 +7$/)]);
    expect(stdout).not.toContain("other events");
    expect(totalOf({ code: 0, signal: null, stdout, stderr: "" })).toMatchObject({ payloads, handled: payloads });
  });

  it("ends quietly where nobody reads on", { timeout }, async () => {
    const running = startExample(main);
    await running.said("100 of");
    running.hangUp();
    expect(await running.ended).toMatchObject({ signal: null, stderr: "" });
  });

  it("says soon that no Redis answers", { timeout }, async () => {
    const { code, stdout, stderr } = await runExample(main, ["--redis", "redis://127.0.0.1:1"]);

    expect(stdout).toBe("GitHub's example webhooks through a queue on Redis\n");
    expect(stderr).toBe(
      "No Redis answers there (connect ECONNREFUSED 127.0.0.1:1). Start one, or work without a server: npm start\n",
    );
    expect(code).toBe(1);
  });

  it("says what is open and fails where it is stopped before the end", { timeout }, async () => {
    const running = startExample(main, ["--pace", "20"]);
    await running.said(`100 of ${payloads} handled`);
    running.interrupt();
    const { code, stdout } = await running.ended;

    expect(stdout).toContain("stopped before the end");
    expect(stdout).not.toContain("WRONG");
    expect(stdout).toMatch(/open: \d+ of 329 acked, \d+ missing in the ledger/);
    expect(stdout).toMatch(/right: 329 enqueued = /);
    expect(code).toBe(1);
  });

  it("says what to write where the URL is none", { timeout }, async () => {
    const { code, stderr } = await runExample(main, ["--redis", "localhost:6379"]);

    expect(stderr.trim()).toBe(
      "client must be a URL like redis://user:password@host:6379/0, or rediss:// for TLS; this one begins with neither redis:// nor rediss://.",
    );
    expect(code).toBe(1);
  });

  it("says soon that no Postgres answers", { timeout }, async () => {
    const { code, stdout, stderr } = await runExample(main, ["--postgres", "postgres://127.0.0.1:1/none"]);

    expect(stdout).toBe("GitHub's example webhooks through a queue on Postgres\n");
    expect(stderr).toBe(
      "No Postgres answers there (connect ECONNREFUSED 127.0.0.1:1). Start one, or work without a server: npm start\n",
    );
    expect(code).toBe(1);
  });

  it("wants one place, not two", { timeout }, async () => {
    const { code, stderr } = await runExample(main, ["--redis", "redis://127.0.0.1:1", "--pglite", "./data"]);

    expect(stderr).toBe("error: option '--redis <url>' cannot be used with option '--pglite <dir>'\n");
    expect(code).toBe(1);
  });

  it.each(mostOf([namedOnRedis], [namedOnPostgres]))(
    "handles every payload %s, and finds nothing to do in a second run",
    { timeout },
    async (_, place) => {
      const args = await place();
      const first = await runExample(main, args);
      expectAllRight(first);
      expect(totalOf(first)).toEqual({ payloads, handled: payloads, attempts: 426, retries: 97, blocked: 1 });

      const second = await runExample(main, args);
      expect(second.stdout).toContain(`An earlier run queued ${payloads} webhooks and handled ${payloads}.`);
      expectAllRight(second);
      expect(totalOf(second)).toMatchObject({ attempts: 426, retries: 0, blocked: 0 });
    },
  );

  it.each(mostOf([namedOnRedis, inPGlite], [namedOnPostgres]))(
    "handles every payload %s though it was killed in the middle",
    { timeout: 120_000 },
    async (_, place) => {
      const args = [...(await place()), "--pace", "5"];
      const killed = startExample(main, args);
      await killed.said(`100 of ${payloads} handled`);
      killed.kill9();
      expect(await killed.ended).toMatchObject({ code: null, signal: "SIGKILL" });

      const second = await runExample(main, args);
      const [, handledBefore] = /queued 329 webhooks and handled (\d+)\./.exec(second.stdout) ?? [];
      expect(Number(handledBefore)).toBeGreaterThanOrEqual(100);
      expect(Number(handledBefore)).toBeLessThan(payloads);
      expectAllRight(second);
      // What it had in hand (nothing, if the kill came while a retry was due) may have been attempted once more.
      const [, inHand = "0"] = /It had (\d+) in hand when it ended/.exec(second.stdout) ?? [];
      const { attempts } = totalOf(second);
      expect(attempts).toBeGreaterThanOrEqual(426);
      expect(attempts).toBeLessThanOrEqual(426 + Number(inHand));
    },
  );
});
