import { describe, expect, it } from "vitest";
import { checksOf } from "../../examples/hub-webhooks/checks.js";
import { screenOn } from "../../examples/hub-webhooks/Screen.js";
import { rowsOf, type Table } from "../../examples/hub-webhooks/Table.js";
import { keysOf } from "./keysOf.js";
import { inMemory, inPGlite, mostOf, onPostgres, onRedis, schemasLike } from "./places.js";
import { type Ended, runExample } from "./runExample.js";

/** What comes out whatever runs: the seed decides which calls fail, and a call that was interrupted is made again. */
const results = [
  "            ongoing  complete  ignored  failed  misconfigured  lost  all",
  "AUDIT             0       322        0       7              0     0  329",
  "CHAT              0        76        7       3              0     0   86",
  "SEARCH            0       190        0       6              0     0  196",
  "PARTNER           0        35        0       3              0     0   38",
  "BILLING           0         0        0       0              8     0    8",
  "all               0       623        7      19              8     0  657",
  "right: 329 emitted = 329 events on record",
  "right: 657 dispatches of these = 657 in the table, 0 of them ongoing or lost",
  "right: 35 complete at the partner = 35 in its inbox, 0 of them twice; it refused 3",
];
const warned =
  'The hub "hooks" has routes to destinations that this program does not have, so that their dispatches end as misconfigured.';

const linesOf = ({ stdout }: Ended): ReadonlyArray<string> => stdout.split("\n");
const askedOf = ({ stdout }: Ended): ReadonlyArray<number> => {
  const [, asked, again] =
    /^the partner was asked (\d+) times, (\d+) of them for what it had taken before$/m.exec(stdout) ?? [];
  return [Number(asked), Number(again)];
};

describe("webhooks through a hub", () => {
  it.each(mostOf([inMemory], [inPGlite]))("add up %s", { timeout: 120_000 }, async (_, place) => {
    const ended = await runExample("hub-webhooks/main.ts", await place());

    expect(ended.stderr).toBe("");
    expect(linesOf(ended)).toEqual(expect.arrayContaining([warned, ...results]));
    const [asked = 0, again = 0] = askedOf(ended);
    expect(asked).toBeGreaterThan(38);
    expect(again).toBeGreaterThan(0);
    // No terminal, no table that is drawn again.
    expect(ended.stdout).not.toContain("\u001b");
    expect(ended.code).toBe(0);
  });

  it.each(mostOf([onRedis], [onPostgres]))(
    "add up %s where one of two processes is killed with a webhook handed over",
    { timeout: 240_000 },
    async (_, place) => {
      const ended = await runExample("hub-webhooks/main.ts", await place());

      expect(ended.stderr).toBe("");
      expect(linesOf(ended)).toEqual(
        expect.arrayContaining([
          "2 hub processes work",
          "killed one of them: the partner had taken a webhook of it, and it had stored nothing of that",
          ...results,
        ]),
      );
      expect(ended.code).toBe(0);
      expect(await keysOf("{sluice-hooks-*")).toEqual([]);
      expect(await schemasLike("sluice_hooks_")).toEqual([]);
    },
  );
});

const none = { ongoing: 0, complete: 0, ignored: 0, failed: 0, misconfigured: 0, lost: 0 };
const tableOf = (complete: number, ongoing: number): Table => ({ PARTNER: { ...none, complete, ongoing } });

describe("what is shown", () => {
  const output = (isTTY: boolean) => {
    const written: Array<string> = [];
    return { isTTY, write: (text: string) => written.push(text), written };
  };

  it("is a table on a terminal, drawn where it was", () => {
    const out = output(true);
    const screen = screenOn(out);
    for (const table of [tableOf(0, 2), tableOf(0, 2), tableOf(2, 0)]) screen.show(table);
    screen.say("the end");
    const drawn = (table: Table) =>
      rowsOf(table)
        .map((row) => `${row}\n`)
        .join("");
    const anew = "\u001b[3A\u001b[J";
    expect(out.written).toEqual([
      drawn(tableOf(0, 2)),
      anew + drawn(tableOf(2, 0)),
      `${anew}the end\n${drawn(tableOf(2, 0))}`,
    ]);
  });

  it("is a line for each hundred elsewhere", () => {
    const out = output(false);
    const screen = screenOn(out);
    for (const done of [0, 99, 100, 101, 250, 300]) screen.show(tableOf(done, 300 - done));
    expect(out.written.map((line) => line.split(" ")[0])).toEqual(["100", "250", "300"]);
  });

  it("is wrong where an event or a dispatch is missing, or the partner has one twice", () => {
    const right = {
      emitted: 2,
      events: 2,
      dispatches: 2,
      table: tableOf(2, 0),
      partner: { asked: 3, duplicates: 1, taken: 2, twice: 0 },
    };
    const verdicts = (report: Parameters<typeof checksOf>[0]) => checksOf(report).map(({ isRight }) => isRight);
    expect(verdicts(right)).toEqual([true, true, true]);
    expect(verdicts({ ...right, events: 1 })).toEqual([false, true, true]);
    expect(verdicts({ ...right, dispatches: 3 })).toEqual([true, false, true]);
    expect(verdicts({ ...right, table: tableOf(1, 1) })).toEqual([true, false, false]);
    expect(verdicts({ ...right, partner: { ...right.partner, twice: 1 } })).toEqual([true, true, false]);
  });
});
