/** Where consumers of one process wait: a list of wake-ups of one queue, that of whoever is served or that of who stands by. */
import type { HandedOver } from "./leaseScripts.js";

/** A consumer that waits. It is told once, after it was taken off. */
export interface Waiter {
  /** The key of the queue. */
  readonly queue: string;
  /** "=" and the consumer; empty where the queue is not exclusive. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Something may be ready: asks for it. `late`: leases may have ended since the queue was looked at. */
  readonly woken: (late: boolean) => void;
  readonly handed: (handed: HandedOver) => void;
  readonly failed: (cause: unknown) => void;
}

export class Place {
  /** In the order in which they came. */
  readonly waiters: Set<Waiter> = new Set();
  /** Whether a reader has it among its lists. */
  listened: boolean = false;
  /** Its last consumer is gone and will not come back by itself. */
  left = false;
  /** When it was looked at, or asked for, and when it is to be looked at again. */
  lookedMs = 0;
  lookAtMs: number = Number.POSITIVE_INFINITY;
  /** A look is under way. */
  looking = false;
  /** When something changes by time, as far as is known. */
  changeAtMs: number = Number.POSITIVE_INFINITY;
  /** The latest look found something ready, and nobody was woken since. */
  ready = false;

  constructor(
    readonly queue: string,
    /** Whether another consumer owns the queue. */
    readonly standsBy: boolean,
    /** The list of its wake-ups. */
    readonly list: string,
  ) {}

  get isEmpty(): boolean {
    return this.waiters.size === 0;
  }

  /** Who waits the longest. */
  get first(): Waiter | undefined {
    for (const waiter of this.waiters) return waiter;
    return undefined;
  }

  /** For whom it is looked at: one for all, but each that may own the queue for itself. */
  get lookers(): ReadonlyArray<Waiter> {
    const lookers: Array<Waiter> = [];
    for (const waiter of this.waiters)
      if (lookers.length === 0 || (waiter.owner !== "" && !this.standsBy)) lookers.push(waiter);
    return lookers;
  }
}
