/**
 * A doubly linked list whose links are the entries themselves: what is in hand leaves from the middle in constant time and
 * leaves nothing behind, where an array of a consumer that never rests would have to be compacted.
 */

/** An entry of at most one chain at a time. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
}

export class Chain<T extends Linked<T>> {
  head: T | undefined;
  private tail: T | undefined;

  /** Adds an entry that is in no chain at the end. */
  push(entry: T): void {
    entry.before = this.tail;
    entry.after = undefined;
    if (this.tail === undefined) this.head = entry;
    else this.tail.after = entry;
    this.tail = entry;
  }

  /** Takes out an entry of this chain. */
  remove(entry: T): void {
    if (entry.before === undefined) this.head = entry.after;
    else entry.before.after = entry.after;
    if (entry.after === undefined) this.tail = entry.before;
    else entry.after.before = entry.before;
    entry.before = undefined;
    entry.after = undefined;
  }

  /** Takes out the first entry. */
  shift(): T | undefined {
    const { head } = this;
    if (head !== undefined) this.remove(head);
    return head;
  }
}
