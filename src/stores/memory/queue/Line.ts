/**
 * A line of messages, linked through the messages themselves: no array has to grow, shift or be copied, and every step takes
 * the same time at a million messages. A message that leaves the line loses its links: else the oldest one, where somebody
 * still has it, would keep all later ones in memory.
 */
import type { Entry } from "./Entry.js";

export class Line {
  first: Entry | undefined = undefined;
  private last: Entry | undefined = undefined;
  size = 0;

  pushBack(entry: Entry): void {
    if (this.last === undefined) this.first = entry;
    else {
      this.last.next = entry;
      entry.previous = this.last;
    }
    this.last = entry;
    this.size++;
  }

  takeFirst(): Entry | undefined {
    const entry = this.first;
    if (entry !== undefined) this.remove(entry);
    return entry;
  }

  /** Takes a message out of its place; it must stand in this line. */
  remove(entry: Entry): void {
    const { next, previous } = entry;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    entry.next = undefined;
    entry.previous = undefined;
    this.size--;
  }
}
