import { describe, expect, it } from "vitest";
import type { Entry } from "../../../../../src/stores/memory/queue/Entry.js";
import { LeaseBook } from "../../../../../src/stores/memory/queue/LeaseBook.js";
import { entryOf, namesOf } from "./entries.js";

const leased = (book: LeaseBook, payload: string, leaseMs: number, nowMs: number): Entry => {
  const entry = entryOf({ payload, order: nowMs });
  entry.token = payload;
  book.add(entry, leaseMs, nowMs);
  return entry;
};

describe("LeaseBook", () => {
  it("finds a lease by its token until it is removed", () => {
    const book = new LeaseBook();
    const entry = leased(book, "a", 10, 0);
    expect(book.find("a")).toBe(entry);
    book.remove(entry);
    expect([book.find("a"), book.size, book.nearestMs]).toEqual([undefined, 0, Number.POSITIVE_INFINITY]);
  });

  it("ends leases of different lengths in the order of their ends", () => {
    const book = new LeaseBook();
    leased(book, "c", 100, 0);
    leased(book, "a", 20, 1);
    leased(book, "b", 20, 2);
    leased(book, "d", 100, 3);
    expect(book.nearestMs).toBe(21);
    expect(namesOf(book.takeEnded(100, 9))).toBe("abc");
    expect(book.nearestMs).toBe(103);
  });

  it("an extended lease ends at its new time, later or earlier", () => {
    const book = new LeaseBook();
    const a = leased(book, "a", 10, 0);
    const b = leased(book, "b", 1_000, 0);
    book.extend(a, 100, 5);
    book.extend(b, 20, 5);
    expect(namesOf(book.takeEnded(104, 9))).toBe("b");
    expect(namesOf(book.takeEnded(105, 0))).toBe("");
    expect(namesOf(book.takeEnded(105, 9))).toBe("a");
  });

  it("forgets a length of which there are no leases any more", () => {
    const book = new LeaseBook();
    for (let leaseMs = 1; leaseMs <= 10_000; leaseMs++) book.remove(leased(book, "a", leaseMs, 0));
    expect(Object.values(book).map((held) => (held instanceof Map ? held.size : 0))).toEqual([0, 0]);
  });
});
