/** How many events a lane may still take, so that what is pending stays bounded. */
import { map, type Observable, of } from "rxjs";
import type { QueueStats } from "../../port/Inspect.js";
import type { QueueStore } from "../../port/Store.js";

/** Events in the lines of a lane, wherever they are. */
export const pendingOf = ({ ready, waiting, delayed, leased, blocked }: QueueStats): number =>
  ready + waiting + delayed + leased + blocked;

/** Counts what this process adds, and asks the store only where that would be too much. */
export class Room {
  /** At most so many are pending, if nobody else has added any. Infinity: not asked so far. */
  private pending = Number.POSITIVE_INFINITY;

  constructor(
    private readonly store: QueueStore,
    private readonly queue: string,
    private readonly pendingMax: number,
  ) {}

  /** How many are pending where the lane is full; undefined where there is room. */
  fullBy(): Observable<number | undefined> {
    if (this.pending < this.pendingMax) return of(undefined);
    return this.store.stats(this.queue).pipe(
      map((stats) => {
        this.pending = pendingOf(stats);
        return this.pending < this.pendingMax ? undefined : this.pending;
      }),
    );
  }

  /** This many more, at most, until the store is asked again. */
  get left(): number {
    return Math.max(1, this.pendingMax - this.pending);
  }

  added(messages: number): void {
    this.pending += messages;
  }

  /** Others may have added some. */
  forget(): void {
    this.pending = Number.POSITIVE_INFINITY;
  }
}
