/** What every contestant carries: an order whose JSON text is exactly 117 bytes, numbered so that each one can be told apart. */
import { strict as assert } from "node:assert";

export const PAYLOAD_BYTES = 117;

export interface Order {
  readonly n: number;
  readonly customerId: string;
  readonly items: ReadonlyArray<string>;
  readonly total: number;
  readonly express: boolean;
  readonly note: string;
}

/** Numbers of one width, so that all texts are of one size. */
const FIRST = 1_000_000;
const LAST = 9_999_999;

export const orderOf = (index: number): Order => ({
  n: FIRST + index,
  customerId: `c-${FIRST + ((index * 7_919) % FIRST)}`,
  items: ["A-1007", "B-2040"],
  total: 129.95,
  express: index % 2 === 0,
  note: index % 2 === 0 ? "at the door" : "ring twice",
});

export const ordersFrom = (first: number, count: number): ReadonlyArray<Order> =>
  Array.from({ length: count }, (_, index) => orderOf(first + index));

export const indexOf = (order: Order): number => order.n - FIRST;

/** Counts how often each order came: the bench fails where one is lost or comes twice. */
export class Tally {
  readonly #seen: Uint8Array;
  #count = 0;

  constructor(capacity: number) {
    this.#seen = new Uint8Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  mark(order: Order): void {
    const index = indexOf(order);
    // Plain comparisons: this runs within the measured time of every contestant, and a message text costs more than the check.
    if (this.#seen[index] !== 0) throw new Error(`order ${index} came twice, or was never enqueued`);
    this.#seen[index] = 1;
    this.#count += 1;
  }

  /** Each of the first `count` orders once, and nothing else. */
  assertExactly(count: number): void {
    assert.equal(this.#count, count, "orders handled");
    const lost = this.#seen.subarray(0, count).indexOf(0);
    assert.equal(lost, -1, `order ${lost} was lost`);
  }
}

for (const index of [0, 1, LAST - FIRST])
  assert.equal(Buffer.byteLength(JSON.stringify(orderOf(index))), PAYLOAD_BYTES);
