/** Checks the reactions of one run: each event once, and those of one target in order. */
import { strict as assert } from "node:assert";

export class Reacted {
  readonly #last: Int32Array;
  readonly #inOrder: boolean;
  #count = 0;
  #wrong: string | undefined;

  constructor(streams: number, inOrder: boolean) {
    this.#last = new Int32Array(streams).fill(-1);
    this.#inOrder = inOrder;
  }

  readonly mark = (index?: number): void => {
    this.#count += 1;
    if (index === undefined || !this.#inOrder) return;
    const target = index % this.#last.length;
    const last = this.#last[target] ?? Number.NaN;
    // The events of a target are every so many, so each of them once is also none left out.
    const expected = last === -1 ? target : last + this.#last.length;
    // Not thrown here: a handler that fails is only called again.
    if (index !== expected) this.#wrong ??= `event ${index} came behind ${last} at its target`;
    this.#last[target] = index;
  };

  assertAll(events: number): void {
    assert.equal(this.#wrong, undefined);
    assert.equal(this.#count, events, "reactions");
  }
}
