/** Which results of writes the server may forget. */

/** So many are forgotten at a time. */
const GATHERED_COUNT = 16;
const none: ReadonlyArray<string> = [];

/**
 * The results of writes whose replies were read. A confirmed write may be asked for once more, by a wrapper that lost its
 * answer, so the server keeps the latest of them; a write now and then takes along the keys of some that are older, to be deleted.
 */
export class Answered {
  private readonly kept: Array<string> = [];
  private oldest = 0;
  private old: Array<string> = [];

  constructor(private readonly keptMax: number) {}

  /** The result at this key was read. */
  add(key: string): void {
    const outdated = this.kept[this.oldest];
    if (outdated !== undefined) this.old.push(outdated);
    this.kept[this.oldest] = key;
    this.oldest = (this.oldest + 1) % this.keptMax;
  }

  /** Keys that are no longer needed, each once; none until some have gathered. */
  takeOld(): ReadonlyArray<string> {
    const { old } = this;
    if (old.length < GATHERED_COUNT) return none;
    this.old = [];
    return old;
  }
}
