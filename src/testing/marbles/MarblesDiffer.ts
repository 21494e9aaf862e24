/** A failed comparison of marbles; its message is for people. */
export class MarblesDiffer extends Error {
  override readonly name = "MarblesDiffer";

  /** @param asked an error made where the comparison was asked for: its place is more telling than that of the comparing */
  constructor(message: string, asked?: Error) {
    super(message);
    if (asked?.stack !== undefined) this.stack = `${this.name}: ${message}\n${placesOf(asked.stack)}`;
  }
}

const placesOf = (stack: string): string =>
  stack
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
