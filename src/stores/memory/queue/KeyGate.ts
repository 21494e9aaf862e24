/**
 * Order per key: lets one message of a key in at a time. A key is busy while its head is ready, leased, blocked, or delayed
 * after it was leased. Later messages of the key wait here, in the order in which they came or became due.
 */
import type { Entry } from "./Entry.js";
import { Line } from "./Line.js";

export class KeyGate {
  /** The followers of each busy key; undefined until the first one comes. */
  private readonly busy = new Map<string, Line | undefined>();
  /** The marks of the heads that have one. */
  private readonly marks = new Map<string, string>();
  /** How many wait behind a head. */
  waiting = 0;

  /** Whether the key has a head. */
  has(key: string): boolean {
    return this.busy.has(key);
  }

  /** How many wait behind the head of the key. */
  waitingBehind(key: string): number {
    return this.busy.get(key)?.size ?? 0;
  }

  /** The mark of the key's head. */
  markOf(key: string): string | undefined {
    return this.marks.get(key);
  }

  /** Whether the message may go in now as the head of its key; if not, it waits here. */
  enter(key: string, entry: Entry): boolean {
    const followers = this.busy.get(key);
    if (followers !== undefined) {
      followers.pushBack(entry);
      this.waiting++;
      return false;
    }
    if (!this.busy.has(key)) {
      this.busy.set(key, undefined);
      if (entry.mark !== undefined) this.marks.set(key, entry.mark);
      return true;
    }
    const line = new Line();
    line.pushBack(entry);
    this.busy.set(key, line);
    this.waiting++;
    return false;
  }

  /** Called when the head is gone: gives the next message of the key, which is now its head, or frees the key. */
  leave(key: string): Entry | undefined {
    const next = this.busy.get(key)?.takeFirst();
    if (next === undefined) this.busy.delete(key);
    else this.waiting--;
    if (next?.mark !== undefined) this.marks.set(key, next.mark);
    else if (this.marks.size > 0) this.marks.delete(key);
    return next;
  }

  /** Takes out up to `limit` messages that wait behind the head of a key. */
  takeBehind(key: string, limit: number): ReadonlyArray<Entry> {
    const followers = this.busy.get(key);
    const taken: Array<Entry> = [];
    while (taken.length < limit) {
      const entry = followers?.takeFirst();
      if (entry === undefined) break;
      taken.push(entry);
    }
    this.waiting -= taken.length;
    return taken;
  }

  /** Takes out up to `limit` messages that wait. */
  takeWaiting(limit: number): ReadonlyArray<Entry> {
    const taken: Array<Entry> = [];
    for (const followers of this.busy.values()) {
      if (this.waiting === 0) break;
      while (taken.length < limit) {
        const entry = followers?.takeFirst();
        if (entry === undefined) break;
        taken.push(entry);
        this.waiting--;
      }
    }
    return taken;
  }
}
