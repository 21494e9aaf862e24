import { describe, expect, it } from "vitest";
import { type Output, rowsOf, screenOn } from "../../examples/fulfilment/Screen.js";
import { checksOf } from "../../examples/fulfilment/summary.js";
import { nothing } from "../../examples/fulfilment/Tally.js";
import type { View } from "../../examples/fulfilment/View.js";
import { keysOf } from "./keysOf.js";
import { inMemory, inPGlite, mostOf, onPostgres, onRedis, schemasLike } from "./places.js";
import { runExample } from "./runExample.js";

/** What is printed whatever runs: these orders always fare alike. */
const sums = [
  "right: 60 placed = 49 shipped + 10 refused + 1 skipped",
  "right: 60 placed = 55 charged + 5 declined; charged twice: 0",
  "right: 5 refunded = 5 out of stock",
  "right: nothing is pending, nothing is blocked",
];
const freed = [
  "region/south is mended, and goes on with the same event",
  "region/east is blocked at order/o-13: Error: no such address: o-13",
  "region/east goes on behind order/o-13, which is skipped",
];

const blockedAt = (n: number): string =>
  `region/south is blocked at order/o-${n}: Error: the printer in the south is out of paper`;
/** Three processes pay side by side: which of the orders for the south is paid first is not told beforehand. Every fourth goes there. */
const southIsBlocked = new RegExp(
  `^(?:${Array.from({ length: 60 }, (_, n) => n)
    .filter((n) => n % 4 === 2)
    .map(blockedAt)
    .join("|")})$`,
);

const linesOf = (text: string): ReadonlyArray<string> => text.split("\n");
const askedOf = (text: string): number => Number(/^the gateway was asked (\d+) times for 55 charges$/m.exec(text)?.[1]);

describe("fulfilment", () => {
  it.each(mostOf([inMemory], [inPGlite]))(
    "adds up %s, and nothing is done twice",
    { timeout: 120_000 },
    async (_, place) => {
      const { code, stdout, stderr } = await runExample("fulfilment/main.ts", [...(await place()), "--pace", "5"]);

      expect(stderr).toBe("");
      expect(linesOf(stdout)).toEqual(
        expect.arrayContaining([expect.stringMatching(southIsBlocked), ...freed, ...sums]),
      );
      expect(askedOf(stdout)).toBe(55);
      // No terminal, no page.
      expect(stdout).not.toContain("\u001b");
      expect(code).toBe(0);
    },
  );

  it.each(mostOf([onRedis], [onPostgres]))(
    "adds up %s where one of three brokers is killed with money taken",
    { timeout: 180_000 },
    async (_, place) => {
      const { code, stdout, stderr } = await runExample("fulfilment/main.ts", await place());

      expect(stderr).toBe("");
      expect(linesOf(stdout)).toEqual(
        expect.arrayContaining([
          "3 broker processes work",
          "killed one of them: it had charged an order, and had stored nothing of it",
          expect.stringMatching(southIsBlocked),
          ...freed,
          ...sums,
        ]),
      );
      // The order that the dead process had charged was asked for again.
      expect(askedOf(stdout)).toBeGreaterThan(55);
      expect(code).toBe(0);
      expect(await keysOf("{sluice-fulfilment-*")).toEqual([]);
      expect(await schemasLike("sluice_fulfilment_")).toEqual([]);
    },
  );

  it("says what is wrong with an option, and that no Redis answers", { timeout: 60_000 }, async () => {
    const wrong = await runExample("fulfilment/main.ts", ["--orders", "29"]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain("Give a whole number from 30 to 5000.");
    const alone = await runExample("fulfilment/main.ts", ["--redis", "redis://127.0.0.1:1"]);
    expect(alone.code).toBe(1);
    expect(alone.stderr).toContain("ECONNREFUSED");
  });
});

const view: View = {
  tally: { ...nothing, placed: 8, paid: 6, shipped: 3, refused: 1 },
  lanes: [
    { name: "default", lag: 2, pending: 14, blocked: 1 },
    { name: "payment", lag: 0, pending: 3, blocked: 0 },
  ],
  regions: [
    { target: "region/north", position: undefined, lag: 0, blocked: undefined },
    { target: "region/south", position: undefined, lag: 5, blocked: "order/o-2: Error: out of paper" },
  ],
  idle: false,
};

describe("what is shown", () => {
  const output = (isTTY: boolean, columns?: number): Output & { readonly written: Array<string> } => {
    const written: Array<string> = [];
    return { isTTY, columns, write: (text) => written.push(text), written };
  };

  it("is a page on a terminal: lag, pending events, positions, and what is blocked, drawn where it was", () => {
    const out = output(true, 60);
    const screen = screenOn(out);
    screen.say("begins");
    screen.show(view);
    screen.show(view);
    screen.say("something happens");
    screen.end();
    screen.say("the end");
    const rows = rowsOf(view);
    expect(rows).toEqual([
      "8 placed, 6 paid, 3 shipped, 1 refused",
      "  lane            lag  pending  blocked",
      "  default           2       14        1",
      "  payment           0        3        0",
      "  target          lag  position",
      "  region/north      0  the start         ",
      "  region/south      5  the start           BLOCKED at order/o-2: Error: out of paper",
    ]);
    const drawn = rows.map((row) => `${row.slice(0, 60)}\n`).join("");
    expect(out.written).toEqual(["begins\n", drawn, `\u001b[7A\u001b[Jsomething happens\n${drawn}`, "the end\n"]);
  });

  it("is a line for each quarter elsewhere, each once", () => {
    const out = output(false);
    const screen = screenOn(out);
    for (let shipped = 0; shipped <= 7; shipped += 1)
      for (const _again of [1, 2]) screen.show({ ...view, tally: { ...view.tally, shipped } });
    screen.end();
    expect(out.written).toEqual([1, 3, 5, 7].map((shipped) => `8 placed, 6 paid, ${shipped} shipped, 1 refused\n`));
  });

  it("is wrong where an order is missing, or was charged twice", () => {
    const done: View = {
      ...view,
      tally: { ...nothing, placed: 8, paid: 7, shipped: 6, refused: 1 },
      lanes: [{ name: "default", lag: 0, pending: 0, blocked: 0 }],
      idle: true,
    };
    const charges = { charged: 7, twice: 0, asked: 9, refunded: 0 };
    const right = { wanted: 8, view: done, skipped: 1, charges };
    const verdicts = (report: Parameters<typeof checksOf>[0]) => checksOf(report).map(({ isRight }) => isRight);
    expect(verdicts(right)).toEqual([true, true, true, true]);
    expect(verdicts({ ...right, skipped: 0 })).toEqual([false, true, true, true]);
    expect(verdicts({ ...right, charges: { ...charges, charged: 8, twice: 1 } })).toEqual([true, false, true, true]);
    expect(verdicts({ ...right, charges: { ...charges, refunded: 1 } })).toEqual([true, true, false, true]);
    expect(verdicts({ ...right, view })).toEqual([false, false, true, false]);
  });
});
