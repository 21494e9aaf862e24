/** Which results of writes the server may forget. */

/** How many keys gather before a write takes them along. */
const GATHERED_COUNT = 16;
const none: ReadonlyArray<string> = [];

/**
 * The results of writes whose replies were read. A wrapper that lost the answer of a confirmed write may ask for it once more, so
 * the server keeps the latest results. Now and then a write takes along the keys of older ones, which the server deletes.
 */
export class Answered {
  private readonly kept: Array<string> = [];
  private oldest = 0;
  private old: Array<string> = [];

  constructor(private readonly keptMax: number) {}

  /** Notes that the result at this key was read. */
  add(key: string): void {
    const outdated = this.kept[this.oldest];
    if (outdated !== undefined) this.old.push(outdated);
    this.kept[this.oldest] = key;
    this.oldest = (this.oldest + 1) % this.keptMax;
  }

  /** Takes out the keys of results that are no longer needed; none until 16 have gathered. */
  takeOld(): ReadonlyArray<string> {
    const { old } = this;
    if (old.length < GATHERED_COUNT) return none;
    this.old = [];
    return old;
  }
}
