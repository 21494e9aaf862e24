/** Pages of what a store shows: bounded in count and bytes, in a stable order. */

/** A page in a stable order, short where payloads are large; `next` is undefined on the last. Positions are opaque. */
export interface Page<T> {
  readonly items: ReadonlyArray<T>;
  readonly next: string | undefined;
}

/**
 * The most bytes of payloads or values that one call shows: 4 MiB, but at least one item. So a call may do less than it was asked
 * for, and says whether more is left.
 */
export const PORTION_BYTES_MAX: number = 4 * 1024 * 1024;
