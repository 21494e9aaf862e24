/** The delayed messages, the one due first on top: a binary heap, since due times come in any order. */
import type { Entry } from "./Entry.js";

export class DueHeap {
  private readonly entries: Array<Entry> = [];

  get size(): number {
    return this.entries.length;
  }

  /** When the first is due, or Infinity. */
  get nearestMs(): number {
    return this.entries[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  push(entry: Entry): void {
    const { entries } = this;
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = entries[parentAt];
      if (parent === undefined || !before(entry, parent)) break;
      entries[at] = parent;
      at = parentAt;
    }
    entries[at] = entry;
  }

  takeFirst(): Entry | undefined {
    const { entries } = this;
    const first = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) this.sink(last);
    return first;
  }

  /** How many are due at this time: walks through these alone. */
  countDue(nowMs: number, at = 0): number {
    const entry = this.entries[at];
    if (entry === undefined || entry.dueMs > nowMs) return 0;
    return 1 + this.countDue(nowMs, 2 * at + 1) + this.countDue(nowMs, 2 * at + 2);
  }

  /** Puts an entry on top and lets it sink to its place. */
  private sink(entry: Entry): void {
    const { entries } = this;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = entries[childAt];
      if (child === undefined) break;
      const right = entries[childAt + 1];
      if (right !== undefined && before(right, child)) {
        child = right;
        childAt++;
      }
      if (!before(child, entry)) break;
      entries[at] = child;
      at = childAt;
    }
    entries[at] = entry;
  }
}

const before = (a: Entry, b: Entry): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
