import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { Shelf } from "../../../../../src/stores/memory/queue/Shelf.js";
import { entryOf, named, namesOf } from "./entries.js";

const filled = (names: string): Shelf<string> => {
  const shelf = new Shelf<string>();
  for (const entry of named(names)) shelf.add(entry, entry.payload.toUpperCase());
  return shelf;
};

const names = (shelf: Shelf<string>): string => namesOf([...shelf].map(({ entry }) => entry));

describe("Shelf", () => {
  it("keeps what it is given in order, with its note", () => {
    expect(filled("cab").page({ after: undefined, limit: 10, bytesMax: 1e9 }, ({ note }) => note)).toEqual({
      items: ["C", "A", "B"],
      next: undefined,
    });
  });

  it("goes on after a page, whatever was taken away in between", () => {
    const shelf = filled("abcdefgh");
    const first = shelf.page({ after: undefined, limit: 3, bytesMax: 1e9 }, ({ note }) => note);
    expect(first.items).toEqual(["A", "B", "C"]);
    for (const placed of [...shelf].filter(({ note }) => "BCDE".includes(note))) shelf.remove(placed);
    expect(shelf.page({ after: first.next, limit: 10, bytesMax: 1e9 }, ({ note }) => note).items).toEqual([
      "F",
      "G",
      "H",
    ]);
  });

  it("names no next page after the last, also when it is full", () => {
    expect(filled("ab").page({ after: undefined, limit: 2, bytesMax: 1e9 }, ({ note }) => note).next).toBeUndefined();
  });

  it("finds the older of two with one id, then the other", () => {
    const shelf = new Shelf<string>();
    const entry = entryOf();
    shelf.add(entry, "older");
    shelf.add(entryOf({ id: entry.id }), "younger");
    const older = shelf.find(entry.id)!;
    expect(older.note).toBe("older");
    shelf.remove(older);
    shelf.remove(older);
    expect(shelf.find(entry.id)?.note).toBe("younger");
    expect(shelf.size).toBe(1);
  });

  test.prop([fc.array(fc.oneof(fc.constant("add"), fc.constant("oldest"), fc.nat(40)), { maxLength: 200 })])(
    "agrees with a plain array",
    (moves) => {
      const shelf = new Shelf<number>();
      const plain: Array<number> = [];
      moves.forEach((move, n) => {
        if (move === "add") {
          shelf.add(entryOf(), n);
          plain.push(n);
        } else if (move === "oldest") expect(shelf.takeOldest()?.note).toBe(plain.shift());
        else {
          const placed = [...shelf][move];
          expect(placed?.note).toBe(plain[move]);
          if (placed !== undefined) shelf.remove(placed);
          plain.splice(move, 1);
        }
        expect(shelf.size).toBe(plain.length);
      });
      expect([...shelf].map(({ note }) => note)).toEqual(plain);
    },
  );

  it("takes the oldest of many without looking at all", () => {
    const shelf = filled("");
    for (let n = 0; n < 50_000; n++) shelf.add(entryOf(), "");
    for (let n = 0; n < 50_000; n++) shelf.takeOldest();
    expect([shelf.size, names(shelf)]).toEqual([0, ""]);
  });
});
