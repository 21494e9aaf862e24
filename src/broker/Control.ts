/**
 * What all processes of a broker agree upon, in one record: which reactions it has and in which lanes, what people have prioritised, and
 * what is being caught up. It changes seldom. Each write of a correlator checks its revision, so nothing is ever correlated by an
 * agreement that is past.
 */
import * as t from "io-ts";
import { PositionCodec } from "../codec/PositionCodec.js";
import type { Vector } from "./vector.js";

/**
 * Events that were correlated already, or passed, and are to be correlated now up to where their lane stands: those of reactions that
 * are new in it, or those of targets that are replayed. One after the other in each lane, in the order in which they were asked for.
 */
export interface CatchUp {
  readonly id: string;
  readonly lane: string;
  readonly of: { readonly reactions: ReadonlyArray<string> } | Replayed;
  /** Behind this. */
  readonly from: Vector;
}

/** Targets that are replayed together, and how far their lines were emptied for it. */
interface Replayed {
  readonly streams: ReadonlyArray<string>;
  /**
   * "asked": what stands in their lines is still there, or is being dropped. "emptied": but for the head of each, which is in somebody's
   * hands. "free": all of it has gone.
   */
  readonly lines: "asked" | "emptied" | "free";
}

/** A catch-up of targets. */
export type Replay = CatchUp & { readonly of: Replayed };

export const isReplay = (one: CatchUp): one is Replay => "streams" in one.of;

/** What all processes know of a reaction. */
export interface KnownReaction {
  /** In which it is correlated. */
  readonly lane: string;
  /** It sees the events behind this. */
  readonly since: Vector;
  /** The names under which its events are stored. */
  readonly types: ReadonlyArray<string>;
  /** A program has registered it with `.void()`: nobody needs to have it any more. */
  readonly retired: boolean;
}

/** What people have said of some targets. */
export interface Priority {
  readonly of: { readonly stream: string } | { readonly prefix: string };
  readonly priority: number;
}

export interface Control {
  /** By name. */
  readonly reactions: Readonly<Record<string, KnownReaction>>;
  /** By name: where its correlation began. */
  readonly lanes: Readonly<Record<string, Vector>>;
  readonly priorities: ReadonlyArray<Priority>;
  readonly catchUps: ReadonlyArray<CatchUp>;
}

/** JSON has no undefined. */
export const VectorCodec: t.Type<Vector, unknown> = new t.Type<Vector, unknown>(
  "Vector",
  (value): value is Vector => Array.isArray(value) && value.every((one) => one === undefined || PositionCodec.is(one)),
  (value, context) => {
    const read = t.array(t.union([PositionCodec, t.null])).validate(value, context);
    return read._tag === "Left" ? read : t.success(read.right.map((position) => position ?? undefined));
  },
  (vector) => vector.map((position) => position ?? null),
);

export const ControlCodec: t.Type<Control, unknown> = t.type({
  reactions: t.record(
    t.string,
    t.type({ lane: t.string, since: VectorCodec, types: t.readonlyArray(t.string), retired: t.boolean }),
  ),
  lanes: t.record(t.string, VectorCodec),
  priorities: t.readonlyArray(
    t.type({
      of: t.union([t.type({ stream: t.string }), t.type({ prefix: t.string })]),
      priority: t.number,
    }),
  ),
  catchUps: t.readonlyArray(
    t.type({
      id: t.string,
      lane: t.string,
      of: t.union([
        t.type({ reactions: t.readonlyArray(t.string) }),
        t.type({
          streams: t.readonlyArray(t.string),
          lines: t.union([t.literal("asked"), t.literal("emptied"), t.literal("free")]),
        }),
      ]),
      from: VectorCodec,
    }),
  ),
});

/** The catch-up that a lane is at: the first that does not wait for heads. */
export const activeOf = (control: Control, lane: string): CatchUp | undefined =>
  control.catchUps.find((one) => one.lane === lane && !waitsForHeads(one));

/** The replays of a lane that wait until the heads of their targets are done; all else of the lane goes on meanwhile. */
export const waitingIn = ({ catchUps }: Pick<Control, "catchUps">, lane: string): ReadonlyArray<Replay> =>
  catchUps.filter((one) => one.lane === lane).filter((one): one is Replay => waitsForHeads(one));

const waitsForHeads = (one: CatchUp): boolean => isReplay(one) && one.of.lines === "emptied";

/** The replay of this target in a lane, be it that it is at or one that waits. */
export const replayOf = ({ catchUps }: Control, lane: string, stream: string): CatchUp | undefined =>
  catchUps.find((one) => one.lane === lane && isReplay(one) && one.of.streams.includes(stream));

/**
 * The targets that are being replayed in a lane, and those whose lines were emptied for it. Nothing else is correlated for them
 * meanwhile: the replay brings it.
 */
export const replayedIn = (control: Control, lane: string): ReadonlySet<string> => {
  const active = activeOf(control, lane);
  const streams = new Set<string>();
  for (const one of control.catchUps)
    if (one.lane === lane && isReplay(one) && (one === active || one.of.lines !== "asked"))
      for (const stream of one.of.streams) streams.add(stream);
  return streams;
};

/** The reactions of a lane that are still to be caught up, each with where it was left. */
export const leftIn = ({ catchUps }: Pick<Control, "catchUps">, lane: string): ReadonlyMap<string, Vector> =>
  new Map(
    catchUps.flatMap((one) =>
      one.lane === lane && "reactions" in one.of ? one.of.reactions.map((name) => [name, one.from] as const) : [],
    ),
  );

/** What people have said of this target last. */
export const priorityOf = ({ priorities }: Control, stream: string): number | undefined =>
  priorities.filter(({ of }) => ("stream" in of ? of.stream === stream : stream.startsWith(of.prefix))).at(-1)
    ?.priority;
