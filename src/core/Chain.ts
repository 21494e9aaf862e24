/**
 * A doubly linked list whose links stand in its entries. An entry leaves from the middle in constant time and leaves nothing
 * behind. An array would have to be compacted, where a consumer never rests. A Set costs the garbage collector more: one that is
 * filled and emptied without end moves to a new table now and then, and each old table keeps its entries alive until the
 * next full collection.
 */

/** An entry of at most one chain at a time. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
}

export class Chain<T extends Linked<T>> {
  head: T | undefined;
  size = 0;
  private tail: T | undefined;

  /** Adds an entry that is in no chain at the end. */
  push(entry: T): void {
    entry.before = this.tail;
    entry.after = undefined;
    if (this.tail === undefined) this.head = entry;
    else this.tail.after = entry;
    this.tail = entry;
    this.size += 1;
  }

  /** Takes out an entry of this chain. */
  remove(entry: T): void {
    if (entry.before === undefined) this.head = entry.after;
    else entry.before.after = entry.after;
    if (entry.after === undefined) this.tail = entry.before;
    else entry.after.before = entry.before;
    entry.before = undefined;
    entry.after = undefined;
    this.size -= 1;
  }

  /** Takes out the first entry. */
  shift(): T | undefined {
    const { head } = this;
    if (head !== undefined) this.remove(head);
    return head;
  }

  /** All entries as they stand now; they may leave while these are looked at. */
  all(): ReadonlyArray<T> {
    const entries: Array<T> = [];
    for (let entry = this.head; entry !== undefined; entry = entry.after) entries.push(entry);
    return entries;
  }
}
