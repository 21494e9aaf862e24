/** A binary heap: entries come in any order, and the first of them by `before` is always at hand. */
export class Heap<T extends object | number> {
  private readonly entries: Array<T> = [];

  constructor(private readonly before: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.entries.length;
  }

  get first(): T | undefined {
    return this.entries[0];
  }

  push(entry: T): void {
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

  takeFirst(): T | undefined {
    const { entries } = this;
    const first = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) this.sink(last);
    return first;
  }

  /** All entries in order: a sorted copy. */
  inOrder(): ReadonlyArray<T> {
    return [...this.entries].sort((a, b) => (this.before(a, b) ? -1 : 1));
  }

  /** Visits entries from the top. Where `goesOn` answers no, it skips that entry's children, which all come after it. */
  look(goesOn: (entry: T) => boolean, at = 0): void {
    const entry = this.entries[at];
    if (entry === undefined || !goesOn(entry)) return;
    this.look(goesOn, 2 * at + 1);
    this.look(goesOn, 2 * at + 2);
  }

  /** Puts an entry on top and lets it sink to its place. */
  private sink(entry: T): void {
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
