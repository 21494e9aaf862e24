/**
 * Messages set aside (blocked or dead), in the order in which they came, found by position or by message id. Positions only
 * grow, so a page begins where the last one ended, whatever was taken away in between.
 */
import type { MessageId } from "../../../core/MessageId.js";
import type { Page } from "../../../port/Page.js";
import { ByteBudget } from "./ByteBudget.js";
import type { Entry } from "./Entry.js";

export interface PageBounds {
  readonly after: string | undefined;
  readonly limit: number;
  /** Bytes of payload; the first item comes whatever its size. */
  readonly bytesMax: number;
}

export interface Placed<T> {
  readonly position: number;
  readonly entry: Entry;
  readonly note: T;
}

export class Shelf<T> {
  private readonly items = new Map<number, Placed<T>>();
  /** Two messages may bear one id, if its dedupe window was over between them. */
  private readonly positions = new Map<MessageId, Array<number>>();
  /** All positions in order. Those that were taken away stay in it until they are more than half. */
  private order: Array<number> = [];
  private oldestAt = 0;
  private lastPosition = 0;

  get size(): number {
    return this.items.size;
  }

  /** Sets a message aside and answers its position. */
  add(entry: Entry, note: T): number {
    const position = ++this.lastPosition;
    this.items.set(position, { position, entry, note });
    this.order.push(position);
    const same = this.positions.get(entry.id);
    if (same === undefined) this.positions.set(entry.id, [position]);
    else same.push(position);
    return position;
  }

  get(position: number): Placed<T> | undefined {
    return this.items.get(position);
  }

  /** The oldest with this id. */
  find(id: MessageId): Placed<T> | undefined {
    const position = this.positions.get(id)?.[0];
    return position === undefined ? undefined : this.items.get(position);
  }

  remove({ position, entry }: Placed<T>): void {
    if (!this.items.delete(position)) return;
    const left = this.positions.get(entry.id)?.filter((other) => other !== position) ?? [];
    if (left.length === 0) this.positions.delete(entry.id);
    else this.positions.set(entry.id, left);
    if (this.order.length > 2 * this.items.size + 16) this.compact();
  }

  /** Takes away the oldest. */
  takeOldest(): Placed<T> | undefined {
    for (const oldest of this.from(this.oldestAt)) {
      this.oldestAt = this.indexAfter(oldest.position - 1);
      this.remove(oldest);
      return oldest;
    }
    return undefined;
  }

  /** All, oldest first. */
  [Symbol.iterator](): Generator<Placed<T>> {
    return this.from(this.oldestAt);
  }

  /** One page, each item as `show` makes it. */
  page<S>({ after, limit, bytesMax }: PageBounds, show: (placed: Placed<T>) => S): Page<S> {
    const items: Array<S> = [];
    const budget = new ByteBudget(bytesMax);
    let last = 0;
    for (const placed of this.from(after === undefined ? this.oldestAt : this.indexAfter(Number(after)))) {
      if (items.length === limit || !budget.admits(placed.entry.payload)) return { items, next: String(last) };
      items.push(show(placed));
      last = placed.position;
    }
    return { items, next: undefined };
  }

  private *from(index: number): Generator<Placed<T>> {
    const { order } = this;
    for (let at = index; at < order.length; at++) {
      const placed = this.items.get(order[at] ?? 0);
      if (placed !== undefined) yield placed;
    }
  }

  /** Where in the order the first position after this one stands. */
  private indexAfter(position: number): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.order[middle] ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // It makes a new array: a walk that is under way goes on over the old one.
  private compact(): void {
    this.order = this.order.filter((position) => this.items.has(position));
    this.oldestAt = 0;
  }
}
