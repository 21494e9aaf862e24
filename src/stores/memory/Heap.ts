/** Messages of which the first in some order is always at hand: a binary heap, since they come in any order. */
import type { Entry } from "./Entry.js";

export class Heap {
  protected readonly entries: Array<Entry> = [];

  constructor(private readonly before: (a: Entry, b: Entry) => boolean) {}

  get size(): number {
    return this.entries.length;
  }

  get first(): Entry | undefined {
    return this.entries[0];
  }

  push(entry: Entry): void {
    const { entries } = this;
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = entries[parentAt];
      if (parent === undefined || !this.before(entry, parent)) break;
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

  /** All in order: a copy, sorted for whoever looks. */
  inOrder(): ReadonlyArray<Entry> {
    return [...this.entries].sort((a, b) => (this.before(a, b) ? -1 : 1));
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
      if (right !== undefined && this.before(right, child)) {
        child = right;
        childAt++;
      }
      if (!this.before(child, entry)) break;
      entries[at] = child;
      at = childAt;
    }
    entries[at] = entry;
  }
}
