/** The delayed messages, the one due first on top. */
import { Heap } from "./Heap.js";

export class DueHeap extends Heap {
  constructor() {
    super((a, b) => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order));
  }

  /** When the first is due, or Infinity. */
  get nearestMs(): number {
    return this.first?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** How many are due at this time: walks through these alone. */
  countDue(nowMs: number, at = 0): number {
    const entry = this.entries[at];
    if (entry === undefined || entry.dueMs > nowMs) return 0;
    return 1 + this.countDue(nowMs, 2 * at + 1) + this.countDue(nowMs, 2 * at + 2);
  }
}
