/** The text of a failed comparison: the first difference in words, both diagrams, and what their signs stand for. */
export interface Diagram {
  readonly title: string;
  readonly text: string;
}

export interface Mismatch {
  /** Such as "at 5 ms: expected b, got nothing". */
  readonly words: string;
  /** When the diagrams begin, where that is not 0. */
  readonly from: number | undefined;
  readonly lines: ReadonlyArray<Diagram>;
  /** The column of the first difference in the diagrams. */
  readonly pointer: number | undefined;
  readonly legend: ReadonlyArray<string>;
}

export const mismatch = ({ words, from, lines, pointer, legend }: Mismatch): string => {
  const width = Math.max(...lines.map(({ title }) => title.length)) + 2;
  const lead = from === undefined ? 0 : 1;
  return [
    words,
    "",
    ...(from === undefined ? [] : [`from ${from} ms on:`]),
    ...lines.map(({ title, text }) => `${`${title}:`.padEnd(width)}${text}`),
    ...(pointer === undefined ? [] : [`${" ".repeat(width + lead + pointer)}^`]),
    ...legend,
  ].join("\n");
};
