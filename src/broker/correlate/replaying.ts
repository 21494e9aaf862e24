/**
 * Adds replays to what all agree upon. A replay drops what stands in the lines of its targets, be it of a reaction that has been moved to
 * another lane since. So a target is replayed in all lanes in which it may have events, or in none.
 */
import { idFrom, type Sources } from "../../core/Sources.js";
import { activeOf, type Control, isReplay, type Replay, waitingIn } from "../Control.js";
import type { Reaction } from "../Reaction.js";
import type { Register } from "../Register.js";
import { startOf } from "../vector.js";
import { STREAMS_MAX } from "./emptying.js";

/** Whether a reaction may have events of this target. */
const mayHave = ({ parts: { target } }: Reaction, stream: string): boolean =>
  target.is !== "nowhere" && (target.is !== "fixed" || target.stream === stream);

export interface Which {
  readonly register: Pick<Register, "named">;
  /** Whether a strategy of the user's says where events go. */
  readonly hasStrategy: boolean;
  readonly stream: string;
}

/** The lanes in which reactions that this program has may have events of a target, by what all agree upon. */
export const ownLanesOf = ({ reactions }: Control, { register, hasStrategy, stream }: Which): ReadonlyArray<string> =>
  lanesWhere({ reactions }, (name) => {
    const own = register.named(name);
    return own !== undefined && (hasStrategy || mayHave(own, stream));
  });

/** The same, and those of the reactions that only other programs have: these may have any. */
export const lanesWith = (control: Control, which: Which): ReadonlyArray<string> => {
  const own = new Set(ownLanesOf(control, which));
  return lanesWhere(control, (name, lane) => own.has(lane) || which.register.named(name) === undefined);
};

const lanesWhere = (
  { reactions }: Pick<Control, "reactions">,
  has: (name: string, lane: string) => boolean,
): ReadonlyArray<string> => [
  ...new Set(
    Object.entries(reactions).flatMap(([name, { lane, retired }]) => (!retired && has(name, lane) ? [lane] : [])),
  ),
];

/** The lanes that have reactions which are not retired. */
export const lanesWithReactions = (control: Pick<Control, "reactions">): ReadonlyArray<string> =>
  lanesWhere(control, () => true);

/** Targets to replay in one lane, up to 1,000. */
export interface Asked {
  readonly id: string;
  readonly lane: string;
  readonly streams: ReadonlyArray<string>;
  readonly sources: number;
}

/**
 * Joins the last replay of the lane, where that has not begun and has room: each replay reads the log. A target that is put aside, since its
 * replay waits for its head, is as good as asked for now.
 */
export const replaying = (control: Control, { id, lane, streams, sources }: Asked): Control => {
  const { catchUps } = control;
  const aside = new Set(waitingIn(control, lane).flatMap((one) => one.of.streams));
  const asked = streams.filter((stream) => !aside.has(stream));
  if (asked.length === 0) return control;
  const replay: Replay = { id, lane, of: { streams: asked, lines: "asked" }, from: startOf(sources) };
  const alone = { ...control, catchUps: [...catchUps, replay] };
  const before = catchUps.filter((one) => one.lane === lane).at(-1);
  if (before === undefined || !isReplay(before) || before.of.lines !== "asked") return alone;
  if (before === activeOf(control, lane)) return alone;
  const both = [...new Set([...before.of.streams, ...asked])];
  if (both.length > STREAMS_MAX) return alone;
  const joined = { ...before, of: { ...before.of, streams: both } };
  return { ...control, catchUps: catchUps.map((one) => (one === before ? joined : one)) };
};

interface Replaying {
  readonly ids: Sources;
  readonly streams: ReadonlyArray<string>;
  readonly sources: number;
}

/** Replays targets in all lanes that have reactions. */
export const replayingEverywhere = (control: Control, { ids, streams, sources }: Replaying): Control => {
  const portions = Array.from({ length: Math.ceil(streams.length / STREAMS_MAX) }, (_, i) =>
    streams.slice(i * STREAMS_MAX, (i + 1) * STREAMS_MAX),
  );
  return lanesWithReactions(control).reduce(
    (before, lane) =>
      portions.reduce((one, some) => replaying(one, { id: idFrom(ids), lane, streams: some, sources }), before),
    control,
  );
};
