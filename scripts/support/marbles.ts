/**
 * The convention of a marble diagram: `marbles/<name>.txt`, in the syntax of Swirly, which is that of rxjs marble tests.
 *
 *     % src/operators/batch.ts
 *
 *     -a-b-c-----d-|
 *
 *     > batch({ sizeMax: 3 })
 *
 *     -----(x|)
 *     x := [a,b,c]
 *
 * Its first line names the module. Everything after it, without the empty lines around, stands word for word in a fenced
 * block of kind `text` in a doc comment of that module, and the tests in test/marbles/ run it under its name.
 */

export interface Marble {
  readonly name: string;
  /** The module that quotes it, or nothing if the first line does not say. */
  readonly module: string | undefined;
  readonly diagram: string;
}

const trimmed = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/^\n+|\n+$/g, "");

export const readMarble = (name: string, text: string): Marble => {
  const [first = "", ...rest] = text.split("\n");
  const module = /^%\s*(src\/\S+\.ts)\s*$/.exec(first)?.[1];
  return { name, module, diagram: trimmed(module === undefined ? text : rest.join("\n")) };
};

/** Nothing if one of the blocks is the diagram, else how the nearest one differs. */
export const differenceFrom = (diagram: string, blocks: ReadonlyArray<string>): string | undefined => {
  const wanted = diagram.split("\n");
  const candidates = blocks.map((block) => {
    const found = trimmed(block).split("\n");
    const lines = Array.from({ length: Math.max(wanted.length, found.length) }, (_, at) => {
      const [a, b] = [wanted[at], found[at]];
      if (a === b) return [];
      return [...(a === undefined ? [] : [`- ${a}`]), ...(b === undefined ? [] : [`+ ${b}`])];
    });
    return lines.flat();
  });
  const [nearest] = candidates.sort((a, b) => a.length - b.length);
  if (nearest === undefined) return wanted.map((line) => `- ${line}`).join("\n");
  return nearest.length === 0 ? undefined : nearest.join("\n");
};

/** What the letters of a diagram stand for: its lines `x := [a,b]`, as `x = [a,b]`. */
export const legendOf = (diagram: string): ReadonlyArray<string> =>
  [...diagram.matchAll(/^(\w+) := (.*)$/gm)].map(([, letter = "", meaning = ""]) => `${letter} = ${meaning}`);
