import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { Level } from "../../../../../src/stores/memory/queue/Level.js";
import { entryOf, named, namesOf } from "./entries.js";

const taken = (level: Level): string => namesOf(Array.from({ length: level.size }, () => level.takeFirst()));

describe("Level", () => {
  it("gives what returned before what was never leased, whenever it came", () => {
    const level = new Level();
    for (const entry of named("xy")) level.pushBack(entry);
    level.pushReturned(entryOf({ payload: "b", order: 2 }));
    level.pushReturned(entryOf({ payload: "a", order: 1 }));
    level.pushBack(entryOf({ payload: "z" }));
    expect(level.first?.payload).toBe("a");
    expect([namesOf(level), level.size]).toEqual(["abxyz", 5]);
    expect(taken(level)).toBe("abxyz");
    expect([level.first, level.takeFirst(), level.size]).toEqual([undefined, undefined, 0]);
  });

  test.prop([fc.uniqueArray(fc.nat(1_000)), fc.nat(20)])(
    "gives what returned in the order of its first leases, whatever is taken in between",
    (orders, pause) => {
      const level = new Level();
      const first: Array<number> = [];
      orders.forEach((order, n) => {
        level.pushReturned(entryOf({ order }));
        if (n === pause) first.push(level.takeFirst()?.order ?? -1);
      });
      const rest = Array.from(level, ({ order }) => order);
      const early = orders.slice(0, pause + 1);
      expect(first).toEqual(orders.length > pause ? [Math.min(...early)] : []);
      expect(rest).toEqual(orders.filter((order) => !first.includes(order)).sort((a, b) => a - b));
      expect(rest.map(() => level.takeFirst()?.order)).toEqual(rest);
    },
  );
});
