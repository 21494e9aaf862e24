/**
 * Distinct texts in the order of their UTF-16 units, in blocks: to add or remove one moves a block of 512 at most, and finding a
 * place takes two binary searches. A million texts are some 3,000 blocks.
 */
const BLOCK_SIZE_MAX = 512;

/** The first place in the sorted list whose text is not before this one. */
const placeOf = (length: number, isBefore: (at: number) => boolean): number => {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
};

export class SortedTexts {
  /** None is empty. */
  private readonly blocks: Array<Array<string>> = [];
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(text: string): void {
    const at = this.blockOf(text);
    const block = this.blocks[at];
    if (block === undefined) {
      this.blocks.push([text]);
      this.count += 1;
      return;
    }
    const place = placeIn(block, text);
    if (block[place] === text) return;
    block.splice(place, 0, text);
    this.count += 1;
    if (block.length > BLOCK_SIZE_MAX) this.blocks.splice(at + 1, 0, block.splice(BLOCK_SIZE_MAX / 2));
  }

  remove(text: string): void {
    const at = this.blockOf(text);
    const block = this.blocks[at];
    if (block === undefined) return;
    const place = placeIn(block, text);
    if (block[place] !== text) return;
    block.splice(place, 1);
    this.count -= 1;
    if (block.length === 0) this.blocks.splice(at, 1);
  }

  /** The texts from this one on (it included), in order. They may not change meanwhile. */
  *from(text: string): IterableIterator<string> {
    let at = this.blockOf(text);
    let place = placeIn(this.blocks[at] ?? [], text);
    for (; at < this.blocks.length; at++, place = 0) {
      const block = this.blocks[at] ?? [];
      for (; place < block.length; place++) yield block[place] ?? "";
    }
  }

  /** The texts before this one (it excluded; undefined: all), from the last to the first. They may not change meanwhile. */
  *before(text: string | undefined): IterableIterator<string> {
    let at = text === undefined ? this.blocks.length - 1 : this.blockOf(text);
    let place = text === undefined ? undefined : placeIn(this.blocks[at] ?? [], text);
    for (; at >= 0; at--, place = undefined) {
      const block = this.blocks[at] ?? [];
      for (let i = (place ?? block.length) - 1; i >= 0; i--) yield block[i] ?? "";
    }
  }

  /** Where the block stands that has this text or would take it: the last whose first text is not behind it. */
  private blockOf(text: string): number {
    const behind = placeOf(this.blocks.length, (at) => (this.blocks[at]?.[0] ?? "") <= text);
    return Math.max(0, behind - 1);
  }
}

const placeIn = (block: ReadonlyArray<string>, text: string): number =>
  placeOf(block.length, (at) => (block[at] ?? "") < text);
