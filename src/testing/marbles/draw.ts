/** Draws one or more lines of time as marble text, one below the other. The same column is the same time in all of them. */

/** One character at one time. The marks of one time are a group. */
export interface Mark {
  readonly atMs: number;
  readonly sign: string;
}

export interface Drawn {
  readonly text: string;
  /** The column of each mark. */
  readonly columns: ReadonlyArray<number>;
  /** The marks that are drawn later than they came, because the group before them takes up the characters of their time. */
  readonly late: ReadonlyArray<number>;
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Marks of one time: `a`, or `(ab)`. */
interface Group extends Span {
  readonly text: string;
  readonly indices: ReadonlyArray<number>;
}

/** A longer quiet time is written as a number, such as `13ms`, on all lines alike. */
const dashesMax = 12;

/** Draws lines of marks, each in the order of time. They begin at `fromMs`, or at the first mark if that is earlier. */
export const draw = (lines: ReadonlyArray<ReadonlyArray<Mark>>, fromMs = 0): ReadonlyArray<Drawn> => {
  const grouped = lines.map(groupsOf);
  const all = grouped.flat();
  const startMs = all.reduce((min, group) => Math.min(min, group.fromMs), fromMs);
  const gaps = quiet(all, startMs).filter((gap) => !isDashes(lengthOf(gap)));
  return grouped.map((groups) => drawLine(groups, gaps, startMs));
};

const groupsOf = (marks: ReadonlyArray<Mark>): ReadonlyArray<Group> => {
  const times = [...new Set(marks.map(({ atMs }) => atMs))];
  return times.map((atMs) => {
    const indices = marks.flatMap((mark, i) => (mark.atMs === atMs ? [i] : []));
    const signs = indices.map((i) => marks[i]?.sign).join("");
    const text = indices.length === 1 ? signs : `(${signs})`;
    return { fromMs: atMs, toMs: atMs + [...text].length, text, indices };
  });
};

/** The times at which no line has a mark. */
const quiet = (groups: ReadonlyArray<Group>, startMs: number): ReadonlyArray<Span> => {
  const gaps: Array<Span> = [];
  let nowMs = startMs;
  for (const { fromMs, toMs } of [...groups].sort((a, b) => a.fromMs - b.fromMs)) {
    if (fromMs > nowMs) gaps.push({ fromMs: nowMs, toMs: fromMs });
    nowMs = Math.max(nowMs, toMs);
  }
  return gaps;
};

const drawLine = (groups: ReadonlyArray<Group>, gaps: ReadonlyArray<Span>, startMs: number): Drawn => {
  const columns: Array<number> = [];
  const late: Array<number> = [];
  let text = "";
  let nowMs = startMs;
  for (const group of groups) {
    if (group.fromMs < nowMs) late.push(...group.indices);
    text += time({ fromMs: nowMs, toMs: group.fromMs }, gaps);
    const column = [...text].length + (group.indices.length > 1 ? 1 : 0);
    group.indices.forEach((i, place) => {
      columns[i] = column + place;
    });
    text += group.text;
    nowMs = Math.max(nowMs, group.fromMs) + lengthOf(group);
  }
  return { text: text.replaceAll(/^ +/g, "") || "-", columns: columns.map((c) => c - leadOf(text)), late };
};

const leadOf = (text: string): number => text.length - text.trimStart().length;

/** Draws the time between two marks: a number where all lines are quiet for long, dashes elsewhere. */
const time = ({ fromMs, toMs }: Span, gaps: ReadonlyArray<Span>): string => {
  let text = "";
  let nowMs = fromMs;
  for (const gap of gaps) {
    const [beginMs, endMs] = [Math.max(gap.fromMs, nowMs), Math.min(gap.toMs, toMs)];
    if (endMs <= beginMs) continue;
    text += dashes(beginMs - nowMs) + number(endMs - beginMs);
    nowMs = endMs;
  }
  return text + dashes(toMs - nowMs);
};

const isDashes = (ms: number): boolean => Number.isInteger(ms) && ms <= dashesMax;
const dashes = (ms: number): string => (ms <= 0 ? "" : Number.isInteger(ms) ? "-".repeat(ms) : number(ms));
const number = (ms: number): string => ` ${ms}ms `;
const lengthOf = ({ fromMs, toMs }: Span): number => toMs - fromMs;
