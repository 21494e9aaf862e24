/**
 * The ready messages of one priority level: first those that were leased before and returned, in the order of their first
 * lease, then those that were never leased, in the order in which they came. So a message that returns finds its former place,
 * in however many calls its neighbours return and whoever leases in between.
 */
import type { Entry } from "./Entry.js";
import { Heap } from "./Heap.js";
import { Line } from "./Line.js";

export class Level {
  private readonly returned = new Heap<Entry>((a, b) => a.order < b.order);
  private readonly line = new Line();

  get size(): number {
    return this.returned.size + this.line.size;
  }

  get first(): Entry | undefined {
    return this.returned.first ?? this.line.first;
  }

  /** Takes in a message that was never leased. */
  pushBack(entry: Entry): void {
    this.line.pushBack(entry);
  }

  /** Takes in a message that was leased before. */
  pushReturned(entry: Entry): void {
    this.returned.push(entry);
  }

  takeFirst(): Entry | undefined {
    return this.returned.takeFirst() ?? this.line.takeFirst();
  }

  /** All, in order. */
  *[Symbol.iterator](): Generator<Entry> {
    yield* this.returned.inOrder();
    for (let entry = this.line.first; entry !== undefined; entry = entry.next) yield entry;
  }
}
