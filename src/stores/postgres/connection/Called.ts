/** A call of a function of the store, as those who make calls describe it. */

/** A function of the store, its request, and how its reply is read. */
export interface Called<A> {
  readonly name: string;
  readonly request: unknown;
  readonly read: (reply: string) => A;
}

/** A function that answers many rows. */
export interface CalledRows<A> extends Omit<Called<A>, "read"> {
  readonly read: (rows: ReadonlyArray<string>) => A;
}

/** A call that changes something: its write id, and its time, which a test tells, or null. */
export interface Change {
  readonly writeId: string;
  readonly given: number | null;
}
