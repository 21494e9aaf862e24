/** Compares what a stream did with what was expected of it, and draws both where they differ. */
import { describeError } from "./describeValue.js";
import { type Drawn, draw, type Mark } from "./draw.js";
import type { Frame } from "./Frame.js";
import { Letters } from "./Letters.js";
import { type Diagram, mismatch } from "./mismatch.js";
import { same } from "./same.js";
import { whereTheyDiffer } from "./whereTheyDiffer.js";

type Frames = ReadonlyArray<Frame>;

/** How many notifications are drawn before the first difference, and how many from it on. */
const around = 20;

/** Shows the first difference to people; undefined where there is none. `known` has the names that the test gave to values. */
export const compareFrames = (
  actual: Frames,
  expected: Frames,
  known: ReadonlyArray<Readonly<Record<string, unknown>>>,
): string | undefined => {
  const at = firstDifference(actual, expected);
  if (at === undefined) return undefined;
  const [wanted, got] = [windowOf(expected, at), windowOf(actual, at)];
  const values = [...wanted.frames, ...got.frames].flatMap(({ notification }) =>
    notification.kind === "N" ? [notification.value] : [],
  );
  const letters = new Letters(values, known);
  const fromMs = wanted.from === 0 ? 0 : Math.min(...[wanted, got].flatMap(({ frames }) => frames[0]?.frame ?? []));
  const [drawnWanted, drawnGot] = draw(
    [wanted, got].map(({ frames }) => frames.map((frame) => markOf(frame, letters))),
    fromMs,
  );
  if (drawnWanted === undefined || drawnGot === undefined) return undefined;
  const words = difference({ actual, expected, at }, letters);
  const late = [...lateOf(drawnWanted, wanted.frames, letters), ...lateOf(drawnGot, got.frames, letters)];
  return mismatch({
    words,
    from: wanted.from === 0 ? undefined : fromMs,
    lines: [
      { title: "expected", ...whole(drawnWanted, wanted) },
      { title: "actual", ...whole(drawnGot, got) },
    ],
    pointer: pointer(drawnWanted, drawnGot, { wanted: expected[at], got: actual[at], at: at - wanted.from }),
    legend: [
      ...letters.legend(),
      ...errorLegend(wanted.frames, got.frames),
      ...[...new Set(late)],
      ...lookAlike(expected[at], actual[at], letters),
    ],
  });
};

const firstDifference = (actual: Frames, expected: Frames): number | undefined => {
  for (let i = 0; i < Math.max(actual.length, expected.length); i += 1) {
    const [a, e] = [actual[i], expected[i]];
    if (a === undefined || e === undefined || a.frame !== e.frame || !sameNotification(a, e)) return i;
  }
  return undefined;
};

const sameNotification = ({ notification: a }: Frame, { notification: b }: Frame): boolean => {
  if (a.kind === "N") return b.kind === "N" && same(a.value, b.value);
  if (a.kind === "E") return b.kind === "E" && same(a.error, b.error);
  return b.kind === "C";
};

interface Window {
  readonly frames: Frames;
  /** How many frames were left out before these, and whether some were left out behind them. */
  readonly from: number;
  readonly cut: boolean;
}

const windowOf = (frames: Frames, at: number): Window => {
  const from = Math.max(0, at - around);
  return { frames: frames.slice(from, at + around), from, cut: frames.length > at + around };
};

const whole = ({ text }: Drawn, { from, cut }: Window): Pick<Diagram, "text"> => ({
  text: `${from > 0 ? "…" : ""}${text}${cut ? "…" : ""}`,
});

const markOf = ({ frame, notification }: Frame, letters: Letters): Mark => ({
  atMs: frame,
  sign: notification.kind === "N" ? letters.of(notification.value) : notification.kind === "E" ? "#" : "|",
});

interface Place {
  readonly actual: Frames;
  readonly expected: Frames;
  readonly at: number;
}

const difference = ({ actual, expected, at }: Place, letters: Letters): string => {
  const [wanted, got] = [expected[at], actual[at]];
  const nameOf = (frame: Frame): string => wordOf(frame, letters);
  if (got !== undefined && (wanted === undefined || got.frame < wanted.frame)) {
    const later = expected.slice(at).find((one) => sameNotification(one, got));
    const hint = later === undefined ? "" : ` (expected at ${later.frame} ms)`;
    return `at ${got.frame} ms: expected nothing, got ${nameOf(got)}${hint}`;
  }
  if (wanted === undefined) return "";
  if (got === undefined || wanted.frame < got.frame) {
    const later = actual.slice(at).find((one) => sameNotification(one, wanted));
    const hint = later === undefined ? "" : ` (it came at ${later.frame} ms)`;
    return `at ${wanted.frame} ms: expected ${nameOf(wanted)}, got nothing${hint}`;
  }
  return `at ${wanted.frame} ms: expected ${nameOf(wanted)}, got ${nameOf(got)}`;
};

const wordOf = ({ notification }: Frame, letters: Letters): string => {
  if (notification.kind === "N") return letters.of(notification.value);
  return notification.kind === "C" ? "the end" : `the error ${describeError(notification.error)}`;
};

interface Compared {
  readonly wanted: Frame | undefined;
  readonly got: Frame | undefined;
  readonly at: number;
}

/** The column of the first difference: of the expected or the actual notification, whichever is earlier. */
const pointer = (drawnWanted: Drawn, drawnGot: Drawn, { wanted, got, at }: Compared): number | undefined => {
  const isWanted = got === undefined || (wanted !== undefined && wanted.frame <= got.frame);
  return (isWanted ? drawnWanted : drawnGot).columns[at];
};

const errorsOf = (frames: Frames): ReadonlyArray<string> =>
  frames.flatMap(({ notification }) => (notification.kind === "E" ? [describeError(notification.error)] : []));

const errorLegend = (wanted: Frames, got: Frames): ReadonlyArray<string> => {
  const [[expected], [actual]] = [errorsOf(wanted), errorsOf(got)];
  if (expected === actual || actual === undefined || expected === undefined)
    return (expected ?? actual) === undefined ? [] : [`# = ${expected ?? actual}`];
  return [`# = ${expected} (expected), ${actual} (actual)`];
};

/** A group takes more characters than its one millisecond has, so what comes right behind it is drawn too late; this says so. */
const lateOf = ({ late }: Drawn, frames: Frames, letters: Letters): ReadonlyArray<string> =>
  late.flatMap((i) => {
    const frame = frames[i];
    return frame === undefined
      ? []
      : [`${markOf(frame, letters).sign} right behind a group is drawn too late: it is at ${frame.frame} ms`];
  });

const lookAlike = (wanted: Frame | undefined, got: Frame | undefined, letters: Letters): ReadonlyArray<string> => {
  if (wanted?.notification.kind !== "N" || got?.notification.kind !== "N") return [];
  const [a, b] = [wanted.notification.value, got.notification.value];
  if (!letters.lookAlike(a, b)) return [];
  const where = whereTheyDiffer(a, b);
  return [
    `${letters.of(a)} and ${letters.of(b)} look alike as shown, and differ ${where === "" ? "elsewhere" : `at ${where}`}`,
  ];
};
