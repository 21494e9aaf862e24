/** How one kind of step goes to the server, and how its answer is read. `lua/write.lua` describes the whole form. */
import type { Keys } from "../scripts/keys.js";

/** The arguments of a write, to which each step adds its own. */
export class Body {
  readonly args: Array<string> = [];
  private readonly numbers = new Map<string, string>();

  constructor(readonly keys: Keys) {}

  /** The number by which the script knows this key. */
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

/** What a step is about: queues, the log or records. A call brings the Lua of those that it has. */
export type Noun = "q" | "l" | "r";

export interface StepCoding<in S, out R> {
  readonly noun: Noun;
  /** Adds the step's verb, the number of the Redis key that it belongs to, and its arguments. */
  readonly encode: (step: S, body: Body) => void;
  /** Reads the word that the script answered for a step that it did otherwise than it was asked for. */
  readonly result: (word: string, step: S) => R;
  /** What the step belongs to, by its users' name. A call has to open each of these besides doing its steps. */
  readonly subject: (step: S) => string;
  /** Whether it gives memory back, so that a call that holds such a step must pass under full memory. */
  readonly frees: boolean;
  /** Whether it costs a tenth of other steps in a call that has no others: the script has a way of its own for such calls. */
  readonly cheap: (step: S) => boolean;
}
