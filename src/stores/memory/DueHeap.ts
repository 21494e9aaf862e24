/** The delayed messages, the one due first at hand. */
import type { Entry } from "./Entry.js";

const before = (a: Entry, b: Entry): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/** All that is due within one millisecond, sorted when the first of them is taken. */
class Moment {
  private entries: Array<Entry> = [];
  /** Those before it are taken. */
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
 * A binary heap of milliseconds, with all that is due in each: a million messages due within ten seconds are ten thousand
 * numbers to order. As a heap of messages they took three seconds of computing to make ready, most of it waiting for memory.
 */
export class DueHeap {
  private readonly moments = new Map<number, Moment>();
  private readonly times: Array<number> = [];
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
      this.addTime(time);
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

  /** How many are due at this time: walks through these alone. */
  countDue(nowMs: number, at = 0): number {
    const time = this.times[at];
    if (time === undefined || time > nowMs) return 0;
    const moment = this.moments.get(time);
    const due = time + 1 > nowMs ? moment?.countDue(nowMs) : moment?.size;
    return (due ?? 0) + this.countDue(nowMs, 2 * at + 1) + this.countDue(nowMs, 2 * at + 2);
  }

  private get first(): Moment | undefined {
    const time = this.times[0];
    return time === undefined ? undefined : this.moments.get(time);
  }

  private addTime(time: number): void {
    const { times } = this;
    let at = times.length;
    times.push(time);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = times[parentAt];
      if (parent === undefined || parent <= time) break;
      times[at] = parent;
      at = parentAt;
    }
    times[at] = time;
  }

  private dropFirstTime(): void {
    const { times } = this;
    const first = times[0];
    if (first !== undefined) this.moments.delete(first);
    const last = times.pop();
    if (last !== undefined && times.length > 0) this.sink(last);
  }

  /** Puts a time on top and lets it sink to its place. */
  private sink(time: number): void {
    const { times } = this;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = times[childAt];
      if (child === undefined) break;
      const right = times[childAt + 1];
      if (right !== undefined && right < child) {
        child = right;
        childAt++;
      }
      if (child >= time) break;
      times[at] = child;
      at = childAt;
    }
    times[at] = time;
  }
}
