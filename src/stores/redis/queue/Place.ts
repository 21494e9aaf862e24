/** Where consumers of one process wait: at one of the two lists of wake-ups of a queue, that of the served or of those that stand by. */
import type { HandedOver } from "./leaseScripts.js";

/** A consumer that waits. It is taken off first, then told once. */
export interface Waiter {
  /** The key of the queue. */
  readonly queue: string;
  /** "=" and the consumer; empty where the queue is not exclusive. */
  readonly owner: string;
  readonly leaseMs: number;
  /** Whether it was woken before, and found nothing when it asked. */
  readonly inVain: boolean;
  /** Called when something may be ready: asks for it. `late`: leases may have ended since the queue was looked at. */
  readonly woken: (late: boolean) => void;
  readonly handed: (handed: HandedOver) => void;
  readonly failed: (cause: unknown) => void;
}

export class Place {
  /** In the order in which they came, but for those that were woken in vain: these stand in front. */
  waiters: Set<Waiter> = new Set();
  /** Whether a reader serves it. */
  listened: boolean = false;
  /** Whether its last consumer is gone for good, not only until it has asked again. */
  left = false;
  /** When the queue was last looked at or asked, and when it is to be looked at again. */
  lookedMs = 0;
  lookAtMs: number = Number.POSITIVE_INFINITY;
  /** Whether a look is under way. */
  looking = false;
  /** When something changes by time, as far as is known. */
  changeAtMs: number = Number.POSITIVE_INFINITY;
  /** Whether the latest look found something ready, and nobody was woken since. */
  ready = false;

  constructor(
    readonly queue: string,
    /** Whether another consumer owns the queue. */
    readonly standsBy: boolean,
    /** The list of its wake-ups. */
    readonly list: string,
  ) {}

  /**
   * Whoever was woken in vain has waited the longest. Behind the others, it would come too late for what it was woken for: a message that
   * somebody gave back for a while, and asked again before this one had.
   */
  add(waiter: Waiter): void {
    if (waiter.inVain && !this.isEmpty) this.waiters = new Set([waiter, ...this.waiters]);
    else this.waiters.add(waiter);
  }

  get isEmpty(): boolean {
    return this.waiters.size === 0;
  }

  /** The consumer that has waited the longest. */
  get first(): Waiter | undefined {
    for (const waiter of this.waiters) return waiter;
    return undefined;
  }

  /** The consumers for which it is looked at: one stands for all, but each that may own the queue stands for itself. */
  get lookers(): ReadonlyArray<Waiter> {
    const lookers: Array<Waiter> = [];
    for (const waiter of this.waiters)
      if (lookers.length === 0 || (waiter.owner !== "" && !this.standsBy)) lookers.push(waiter);
    return lookers;
  }
}
