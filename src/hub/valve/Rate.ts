/** How many executions may begin, so that no second has more than so many of them. */

/** Whole numbers are so many in a second; a part of one is one in so many seconds. */
export class Rate {
  /** How many begin within `windowMs`. */
  private readonly countMax: number;
  private readonly windowMs: number;
  /** They have a place, and have not begun yet. */
  private taken = 0;
  /** When the latest ones began: a ring, the oldest at `oldest`. */
  private readonly begun: Array<number> = [];
  private oldest = 0;
  private size = 0;

  constructor(perSecondMax: number) {
    this.countMax = Math.max(1, perSecondMax);
    this.windowMs = 1_000 / Math.min(1, perSecondMax);
  }

  room(nowMs: number): number {
    this.forget(nowMs);
    return this.countMax - this.taken - this.size;
  }

  /** When the next one may begin, where there is no room; undefined where nobody has begun. */
  roomAtMs(nowMs: number): number | undefined {
    this.forget(nowMs);
    const first = this.size === 0 ? undefined : this.begun[this.oldest];
    return first === undefined ? undefined : first + this.windowMs;
  }

  take(): void {
    this.taken += 1;
  }

  /** It takes up its place from now on for a second. Answers whether it is the only one, so that from now on it is known when there is room. */
  begin(nowMs: number): boolean {
    this.forget(nowMs);
    this.taken -= 1;
    this.begun[(this.oldest + this.size) % this.countMax] = nowMs;
    this.size += 1;
    return this.size === 1;
  }

  /** It has not begun, and will not. */
  free(): void {
    this.taken -= 1;
  }

  private forget(nowMs: number): void {
    while (this.size > 0 && (this.begun[this.oldest] ?? 0) + this.windowMs <= nowMs) {
      this.oldest = (this.oldest + 1) % this.countMax;
      this.size -= 1;
    }
  }
}
