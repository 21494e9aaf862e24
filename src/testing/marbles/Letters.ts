/** One letter for each value, the same on both sides of a comparison. */
import { describeValue } from "./describeValue.js";
import { same } from "./same.js";

interface Named {
  readonly letter: string;
  readonly value: unknown;
}

const alphabet = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZαβγδεζηθικλμνξοπρστυφχψω"];
/** The characters that mean something else in a diagram. */
const signs = new Set([..."-()|#^! \t\n"]);

/**
 * Names values. A value has the letter that its test gives it; else a text of one character stands for itself; any other value
 * gets the next letter that is free.
 */
export class Letters {
  private readonly named: Array<Named> = [];

  /**
   * @param values all values that will be asked for, in the order in which they get letters
   * @param known the names that the test gave: letter to value
   */
  constructor(values: ReadonlyArray<unknown>, known: ReadonlyArray<Readonly<Record<string, unknown>>>) {
    const names = known.flatMap((record) => Object.entries(record)).filter(([letter]) => isLetter(letter));
    const distinct: Array<unknown> = [];
    for (const value of values) if (!distinct.some((one) => same(one, value))) distinct.push(value);
    const given = (value: unknown): boolean => {
      const candidates = names.filter(([, one]) => same(one, value)).map(([letter]) => letter);
      if (typeof value === "string" && isLetter(value)) candidates.push(value);
      const letter = candidates.find((one) => !this.isTaken(one));
      if (letter !== undefined) this.named.push({ letter, value });
      return letter !== undefined;
    };
    for (const value of distinct.filter((one) => !given(one))) {
      const free = alphabet.filter((one) => !this.isTaken(one));
      // A letter that the test gives to another value would mislead.
      const letter = free.find((one) => !names.some(([name]) => name === one)) ?? free[0] ?? "?";
      this.named.push({ letter, value });
    }
  }

  of(value: unknown): string {
    return this.named.find((one) => same(one.value, value))?.letter ?? "?";
  }

  /** `a = { … }`, for each letter that does not stand for itself. */
  legend(): ReadonlyArray<string> {
    return [...this.named]
      .filter(({ letter, value }) => letter !== value)
      .sort((a, b) => (a.letter < b.letter ? -1 : 1))
      .map(({ letter, value }) => `${letter} = ${describeValue(value)}`);
  }

  /** Whether two values have different letters and look alike in the legend. */
  lookAlike(a: unknown, b: unknown): boolean {
    return this.of(a) !== this.of(b) && describeValue(a) === describeValue(b);
  }

  private isTaken(letter: string): boolean {
    return this.named.some((one) => one.letter === letter);
  }
}

const isLetter = (text: string): boolean => [...text].length === 1 && !signs.has(text);
