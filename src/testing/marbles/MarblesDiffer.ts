/** A failed comparison of marbles; its message is for people. */
export class MarblesDiffer extends Error {
  override readonly name = "MarblesDiffer";

  /** @param asked an error made where the comparison was asked for, whose stack is shown: this error's own lies within a scheduler */
  constructor(message: string, asked: Error | undefined) {
    super(message);
    this.stack = [`${this.name}: ${message}`, ...placesOf(asked?.stack ?? "")].join("\n");
  }
}

const placesOf = (stack: string): ReadonlyArray<string> => stack.split("\n").filter((line) => /^\s+at /.test(line));
