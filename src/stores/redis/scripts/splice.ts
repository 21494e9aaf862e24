/**
 * Puts the includes of a Lua script in their places: the one place that knows how, for the build, the checks and the library.
 *
 * A line `--- @include <name>` stands for the text of `lua/include/<name>.lua`, the first time in its block. Behind an inner
 * block its includes are unknown again, as they are to Lua. Indentation tells the blocks.
 */

/** Finds the text of an include by its name; undefined where there is none. */
export type FindInclude = (name: string) => string | undefined;

/** The name of the include that a line stands for, or undefined. */
export const includeIn = (line: string): string | undefined => /^\s*---\s*@include\s+(\S+)\s*$/.exec(line)?.[1];

interface Block {
  readonly indent: number;
  /** The includes that are defined here. */
  readonly known: Set<string>;
}

/** The text that Redis gets. Throws where an include is missing. */
export const spliceIncludes = (text: string, include: FindInclude): string => `${splice(text, include, new Set())}\n`;

const splice = (text: string, include: FindInclude, outer: Set<string>): string => {
  const blocks: Array<Block> = [{ indent: 0, known: outer }];
  const spliced: Array<string> = [];
  for (const line of text.trimEnd().split("\n")) {
    const { known } = line.trim() === "" ? innermost(blocks, outer) : blockAt(blocks, indentOf(line), outer);
    const name = includeIn(line);
    if (name === undefined) spliced.push(line);
    else if (!known.has(name)) {
      known.add(name);
      const found = include(name);
      if (found === undefined) throw new Error(`there is no include/${name}.lua`);
      spliced.push(splice(found, include, known));
    }
  }
  return spliced.join("\n");
};

const indentOf = (line: string): number => line.length - line.trimStart().length;

const innermost = (blocks: ReadonlyArray<Block>, outer: Set<string>): Block =>
  blocks.at(-1) ?? { indent: 0, known: outer };

/** The block of a line. Deeper blocks end before the line; if it is the first of its depth, it begins a block. */
const blockAt = (blocks: Array<Block>, indent: number, outer: Set<string>): Block => {
  while (blocks.length > 1 && innermost(blocks, outer).indent > indent) blocks.pop();
  const last = innermost(blocks, outer);
  if (last.indent === indent) return last;
  const inner = { indent, known: new Set(last.known) };
  blocks.push(inner);
  return inner;
};
