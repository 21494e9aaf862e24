/**
 * The live leases: by token, which is the fence, and by expiry.
 *
 * Leases of one length expire in the order in which they were given, so a line per length keeps them sorted without a heap:
 * giving, extending and ending one takes the same short time at any count. A queue has few lengths at a time, and the
 * lease that ends next is at the head of one of the lines.
 */
import type { Entry } from "./Entry.js";
import { Line } from "./Line.js";

export class LeaseBook {
  private readonly byToken = new Map<string, Entry>();
  private readonly lines = new Map<number, Line>();

  get size(): number {
    return this.byToken.size;
  }

  /** When the next lease ends, or Infinity. */
  get nearestMs(): number {
    let nearest = Number.POSITIVE_INFINITY;
    for (const { first } of this.lines.values())
      if (first !== undefined && first.expiresAtMs < nearest) nearest = first.expiresAtMs;
    return nearest;
  }

  find(token: string): Entry | undefined {
    return this.byToken.get(token);
  }

  /** Gives a lease; the entry carries its token. */
  add(entry: Entry, leaseMs: number, nowMs: number): void {
    this.byToken.set(entry.token, entry);
    this.join(entry, leaseMs, nowMs);
  }

  extend(entry: Entry, leaseMs: number, nowMs: number): void {
    this.part(entry);
    this.join(entry, leaseMs, nowMs);
  }

  remove(entry: Entry): void {
    this.byToken.delete(entry.token);
    this.part(entry);
  }

  /** Removes up to `countMax` of the leases that end by this time, the earliest ends first. */
  takeEnded(nowMs: number, countMax: number): Array<Entry> {
    const taken: Array<Entry> = [];
    while (taken.length < countMax) {
      const entry = this.earliest();
      if (entry === undefined || entry.expiresAtMs > nowMs) break;
      this.remove(entry);
      taken.push(entry);
    }
    return taken;
  }

  private earliest(): Entry | undefined {
    let earliest: Entry | undefined;
    for (const { first } of this.lines.values())
      if (first !== undefined && endsBefore(first, earliest)) earliest = first;
    return earliest;
  }

  private join(entry: Entry, leaseMs: number, nowMs: number): void {
    entry.leaseMs = leaseMs;
    entry.expiresAtMs = nowMs + leaseMs;
    let line = this.lines.get(leaseMs);
    if (line === undefined) {
      line = new Line();
      this.lines.set(leaseMs, line);
    }
    line.pushBack(entry);
  }

  private part(entry: Entry): void {
    const line = this.lines.get(entry.leaseMs);
    line?.remove(entry);
    if (line?.size === 0) this.lines.delete(entry.leaseMs);
  }
}

const endsBefore = (a: Entry, b: Entry | undefined): boolean =>
  b === undefined || a.expiresAtMs < b.expiresAtMs || (a.expiresAtMs === b.expiresAtMs && a.order < b.order);
