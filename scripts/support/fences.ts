/** Fenced blocks of Markdown, in a page or in the doc comments of a module. */

export interface Fence {
  /** What stands behind the backticks: `ts no-run`. */
  readonly info: string;
  readonly text: string;
  /** Line of the first line of `text` in the file, from 1. */
  readonly line: number;
}

const fencesOf = (lines: ReadonlyArray<string>, firstLine: number): ReadonlyArray<Fence> => {
  const fences: Array<Fence> = [];
  for (let at = 0; at < lines.length; at += 1) {
    const open = /^(\s*)(`{3,})(.*)$/.exec(lines[at] ?? "");
    if (open === null) continue;
    const [, indent = "", ticks = "", info = ""] = open;
    const length = lines.slice(at + 1).findIndex((line) => line.trim() === ticks);
    const end = length === -1 ? lines.length : at + 1 + length;
    const content = lines
      .slice(at + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
    fences.push({
      info: info.trim(),
      text: content.map((line) => line.trimEnd()).join("\n"),
      line: firstLine + at + 1,
    });
    at = end;
  }
  return fences;
};

export interface DocComment {
  /** Its lines without the leading stars. */
  readonly lines: ReadonlyArray<string>;
  /** Line of its opening in the file, from 1. */
  readonly line: number;
}

export const docComments = (source: string): ReadonlyArray<DocComment> =>
  [...source.matchAll(/^[ \t]*\/\*\*(?!\/)([\s\S]*?)\*\//gm)].map((match) => ({
    lines: (match[1] ?? "").split("\n").map((line) => line.replace(/^\s*\* ?/, "")),
    line: source.slice(0, match.index).split("\n").length,
  }));

export const fencesOfMarkdown = (text: string): ReadonlyArray<Fence> => fencesOf(text.split("\n"), 1);

export const fencesOfComments = (source: string): ReadonlyArray<Fence> =>
  docComments(source).flatMap(({ lines, line }) => fencesOf(lines, line));
