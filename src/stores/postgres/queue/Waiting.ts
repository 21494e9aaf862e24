/**
 * The consumers of this process that wait for messages, and what tells them to ask again: a hint of the server, a write of this process, the
 * time at which something is due, and one look a second in case a hint was lost.
 *
 * While somebody waits for a queue, its session locks are held (`wait_1`), so that writers of other processes know that they have to hint. They
 * are let go a while after the last one got something, since it most likely waits again soon.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { unhurried } from "../../../core/Clock.js";

/** One who waits. */
export interface Waiter {
  readonly queue: string;
  /** Called when something may be ready. */
  readonly woken: () => void;
}

/** What the waiting ones need of the connection. */
export interface HintSource {
  /** Takes the session locks of a queue, and answers its number, which hints tell. */
  readonly hold: (queue: string) => Promise<string>;
  readonly letGo: (queue: string) => Promise<void>;
}

/** A consumer that waits asks again at least this often (milliseconds). */
export const POLL_MS = 1_000;
/** So long the locks of a queue are held when nobody waits for it any more. */
const LINGER_MS = 500;

interface Place {
  readonly waiters: Set<Waiter>;
  /** Ends once the locks are held, or cannot be; undefined where nobody tried since. */
  holding: Promise<void> | undefined;
  held: boolean;
  linger: Subscription | undefined;
}

export class Waiting {
  private readonly places = new Map<string, Place>();
  private readonly numbers = new Map<string, string>();

  constructor(
    private readonly source: HintSource,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Lets one wait. It is woken once the locks are held: from then on no hint is missed, so it has to look once more. */
  add(waiter: Waiter): void {
    let place = this.places.get(waiter.queue);
    if (place === undefined) {
      place = { waiters: new Set(), holding: undefined, held: false, linger: undefined };
      this.places.set(waiter.queue, place);
    }
    place.linger?.unsubscribe();
    place.linger = undefined;
    place.waiters.add(waiter);
    if (place.held) return;
    place.holding ??= this.hold(waiter.queue, place);
    void place.holding.then(() => waiter.woken());
  }

  remove(waiter: Waiter): void {
    const { queue } = waiter;
    const place = this.places.get(queue);
    if (place?.waiters.delete(waiter) !== true || place.waiters.size > 0) return;
    place.linger = unhurried(this.scheduler).schedule(() => this.letGo(queue, place), LINGER_MS);
  }

  /** Called for a hint of the server, by the number of a queue. */
  hinted(number: string): void {
    const queue = this.numbers.get(number);
    if (queue !== undefined) this.wake(queue);
  }

  /** Called when something may have become ready. */
  wake(queue: string): void {
    for (const waiter of [...(this.places.get(queue)?.waiters ?? [])]) waiter.woken();
  }

  /** Called when the session of hints is lost, and its locks with it: all ask again, and those that go on waiting take the locks anew. */
  lost(): void {
    const places = [...this.places.values()];
    this.places.clear();
    for (const { waiters, linger } of places) {
      linger?.unsubscribe();
      for (const waiter of [...waiters]) waiter.woken();
    }
  }

  close(): void {
    for (const { linger } of this.places.values()) linger?.unsubscribe();
    this.places.clear();
  }

  /** Without hints the poll finds what is ready, and the next one who comes to wait tries to hold again. */
  private async hold(queue: string, place: Place): Promise<void> {
    try {
      this.numbers.set(await this.source.hold(queue), queue);
      place.held = true;
    } catch {
      place.holding = undefined;
    }
  }

  private letGo(queue: string, place: Place): void {
    if (place.waiters.size > 0 || this.places.get(queue) !== place) return;
    this.places.delete(queue);
    place.holding?.then(() => this.source.letGo(queue)).catch(() => undefined);
  }
}
