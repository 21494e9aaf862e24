/** The delayed messages, in the order in which they are due. */
import type { Entry } from "./Entry.js";
import { Heap } from "./Heap.js";

const before = (a: Entry, b: Entry): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/** The messages that are due within one millisecond, sorted when one of them is taken. */
class Moment {
  private entries: Array<Entry> = [];
  /** Index of the first that is not taken. */
  private from = 0;
  private sorted = true;
  nearestMs = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.entries.length - this.from;
  }

  push(entry: Entry): void {
    const last = this.entries.at(-1);
    if (last !== undefined && before(entry, last)) this.sorted = false;
    this.entries.push(entry);
    this.nearestMs = Math.min(this.nearestMs, entry.dueMs);
  }

  take(): Entry | undefined {
    if (!this.sorted) {
      this.entries = this.entries.slice(this.from).sort((a, b) => (before(a, b) ? -1 : 1));
      this.from = 0;
      this.sorted = true;
    }
    const entry = this.entries[this.from++];
    this.nearestMs = this.entries[this.from]?.dueMs ?? Number.POSITIVE_INFINITY;
    return entry;
  }

  countDue(nowMs: number): number {
    let count = 0;
    for (let at = this.from; at < this.entries.length; at++) if ((this.entries[at]?.dueMs ?? 0) <= nowMs) count++;
    return count;
  }
}

/**
 * A heap of milliseconds, each with the messages due in it. For a million messages due within ten seconds it orders ten
 * thousand numbers. A heap of the messages took three seconds to make that million ready, most of it waiting for memory.
 */
export class DueHeap {
  private readonly moments = new Map<number, Moment>();
  private readonly times = new Heap<number>((a, b) => a < b);
  size = 0;

  /** When the first is due, or Infinity. */
  get nearestMs(): number {
    return this.first?.nearestMs ?? Number.POSITIVE_INFINITY;
  }

  push(entry: Entry): void {
    const time = Math.floor(entry.dueMs);
    let moment = this.moments.get(time);
    if (moment === undefined) {
      moment = new Moment();
      this.moments.set(time, moment);
      this.times.push(time);
    }
    moment.push(entry);
    this.size++;
  }

  takeFirst(): Entry | undefined {
    const { first } = this;
    const entry = first?.take();
    if (first === undefined || entry === undefined) return undefined;
    this.size--;
    if (first.size === 0) this.dropFirstTime();
    return entry;
  }

  /** How many are due at this time. It visits no millisecond that is not due. */
  countDue(nowMs: number): number {
    let due = 0;
    this.times.look((time) => {
      if (time > nowMs) return false;
      const moment = this.moments.get(time);
      due += (time + 1 > nowMs ? moment?.countDue(nowMs) : moment?.size) ?? 0;
      return true;
    });
    return due;
  }

  private get first(): Moment | undefined {
    const time = this.times.first;
    return time === undefined ? undefined : this.moments.get(time);
  }

  private dropFirstTime(): void {
    const time = this.times.takeFirst();
    if (time !== undefined) this.moments.delete(time);
  }
}
