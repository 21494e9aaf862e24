/**
 * Reads the diagrams of marbles/: input streams, one line `> operator`, output streams. Below a stream stand its values
 * (`x := [a,b]`; a marble without one stands for itself) and its title (`title = settled`).
 */
import { readFileSync } from "node:fs";
import { filesIn, inRoot } from "../../scripts/support/files.js";
import { readMarble } from "../../scripts/support/marbles.js";

export interface Stream {
  readonly marbles: string;
  /** What each marble stands for. */
  readonly values: Readonly<Record<string, string>>;
  readonly title: string;
}

export interface Diagram {
  readonly name: string;
  readonly inputs: ReadonlyArray<Stream>;
  readonly operator: string;
  readonly outputs: ReadonlyArray<Stream>;
}

const TIME = /(?:^|\s)\d+(?:ms|s|m)(?:\s|$)/;

const streamOf = ([first = "", ...rest]: ReadonlyArray<string>): Stream => {
  // Swirly draws a blank as an empty frame; rxjs passes over it, and needs it around `50ms`.
  const marbles = TIME.test(first) ? first : first.replaceAll(" ", "-");
  const letters: ReadonlyArray<string> = first.replaceAll(/\d+(?:ms|s|m)(?=\s|$)/g, "").match(/[a-zA-Z0-9]/g) ?? [];
  const values: Record<string, string> = Object.fromEntries(letters.map((letter) => [letter, letter]));
  let title = "";
  for (const line of rest) {
    const [, name = "", colon, value = ""] = /^(\w+)\s*(:?)=\s*(.*)$/.exec(line) ?? [];
    if (colon === ":") {
      if (!letters.includes(name)) throw new Error(`no marble is named ${name}: ${line}`);
      values[name] = value;
    } else if (name === "title") title = value;
    else throw new Error(`neither a value nor a title: ${line}`);
  }
  return { marbles, values, title };
};

export const parseDiagram = (name: string, text: string): Diagram => {
  const blocks = text
    .split(/\n\s*\n/)
    .map((block) => block.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("%")))
    .filter(([first]) => first !== undefined && !first.startsWith("["));
  const at = blocks.findIndex(([first]) => first?.startsWith(">"));
  const operators = blocks.filter(([first]) => first?.startsWith(">"));
  if (operators.length !== 1) throw new Error(`marbles/${name}.txt needs exactly one line that begins with >`);
  return {
    name,
    inputs: blocks.slice(0, at).map(streamOf),
    operator: operators[0]?.[0]?.slice(1).trim() ?? "",
    outputs: blocks.slice(at + 1).map(streamOf),
  };
};

/** All diagrams, by name. */
export const readDiagrams = (): ReadonlyArray<Diagram> =>
  filesIn(inRoot("marbles"), ".txt").map((file) => {
    const name = file.slice(0, -".txt".length);
    return parseDiagram(name, readMarble(name, readFileSync(inRoot("marbles", file), "utf8")).diagram);
  });
