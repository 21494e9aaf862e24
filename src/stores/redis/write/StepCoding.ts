/** How one kind of step goes to the server and how its answer is read. `lua/write.lua` tells the whole form. */
import type { Keys } from "../scripts/keys.js";

/** The arguments of a write, as its steps add to them. */
export class Body {
  readonly args: Array<string> = [];
  private readonly numbers = new Map<string, string>();

  constructor(readonly keys: Keys) {}

  /** By which number the script knows this key. */
  number(key: string): string {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const number = String(this.numbers.size + 1);
    this.numbers.set(key, number);
    return number;
  }

  /** The keys that were numbered, in order. */
  numbered(): ReadonlyArray<string> {
    return [...this.numbers.keys()];
  }
}

export interface StepCoding<in S, out R> {
  /** Adds its verb, the number of the key that it belongs to, and its arguments. */
  readonly encode: (step: S, body: Body) => void;
  /** Reads the word that the script answered for it; it was done otherwise than it was asked for. */
  readonly result: (word: string, step: S) => R;
  /** What it belongs to, as users name it: what a call must open besides doing its steps. */
  readonly subject: (step: S) => string;
  /** Whether it costs a tenth of others in a call that has nothing else: the script has a way of its own for these. */
  readonly cheap: (step: S) => boolean;
}
