/** Which results of writes the server may forget. */

/** How many keys gather before a write takes them along. */
const GATHERED_COUNT = 16;
/** How many a write takes along at most: as many as it may have results of its own, so they never pile up, and few enough for one call. */
const TAKEN_MAX = 1_000;
const none: ReadonlyArray<string> = [];

/**
 * The results of writes whose replies were read. A wrapper that lost the answer of a confirmed write may ask for it once more, so
 * the server keeps the latest results. Now and then a write takes along the keys of older ones, which the server deletes.
 */
export class Answered {
  private readonly kept: Array<string> = [];
  private oldest = 0;
  private readonly old: Array<string> = [];

  constructor(private readonly keptMax: number) {}

  /** Notes that the result at this key was read. */
  add(key: string): void {
    const outdated = this.kept[this.oldest];
    if (outdated !== undefined) this.old.push(outdated);
    this.kept[this.oldest] = key;
    this.oldest = (this.oldest + 1) % this.keptMax;
  }

  /** Takes out keys of results that are no longer needed, the oldest ones first; none until 16 have gathered. */
  takeOld(): ReadonlyArray<string> {
    return this.old.length < GATHERED_COUNT ? none : this.old.splice(0, TAKEN_MAX);
  }
}
