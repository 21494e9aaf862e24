/** The reactions of a broker, found by name, by lane and by the type of an event. */

import { utf8Length } from "../core/bytes.js";
import { shown } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import { checkReaction } from "./on.js";
import type { Reaction } from "./Reaction.js";

/** The reactions of one lane. */
export interface LaneRegister {
  readonly lane: string;
  readonly reactions: ReadonlyArray<Reaction>;
  readonly types: ReadonlyArray<string>;
}

export class Register {
  readonly lanes: ReadonlyMap<string, LaneRegister>;
  /** Those of all lanes, by the names under which events are stored; in the order of the register. */
  readonly byType: ReadonlyMap<string, ReadonlyArray<Reaction>>;
  private readonly byName: ReadonlyMap<string, Reaction>;

  constructor(readonly reactions: ReadonlyArray<Reaction>) {
    this.byName = byNameOf(reactions);
    this.byType = byTypeOf(reactions);
    this.lanes = new Map(
      [...new Set(reactions.map(({ lane }) => lane))].map((lane) => [
        lane,
        laneOf(
          lane,
          reactions.filter((reaction) => reaction.lane === lane),
        ),
      ]),
    );
    checkFixedTargets(reactions);
  }

  named(name: string): Reaction | undefined {
    return this.byName.get(name);
  }

  /** The lanes in which events may stand in the line of this target. */
  lanesOf(target: string): ReadonlyArray<string> {
    const lanes = new Set<string>();
    for (const { lane, parts } of this.reactions) {
      const { target: to } = parts;
      if (to.is !== "nowhere" && (to.is !== "fixed" || to.stream === target)) lanes.add(lane);
    }
    return lanes.size === 0 ? [...this.lanes.keys()] : [...lanes];
  }
}

const byNameOf = (reactions: ReadonlyArray<Reaction>): ReadonlyMap<string, Reaction> => {
  if (!isList(reactions) || reactions.length === 0)
    throw invalidConfig(
      "reactions",
      "reactions must have one reaction at least, made by on(codec, …types).do(handler).",
    );
  if (reactions.length > REACTIONS_MAX)
    throw invalidConfig(
      "reactions",
      `There are ${reactions.length} reactions, at most ${REACTIONS_MAX} fit: let one reaction handle several types, or share them out among several brokers.`,
    );
  const byName = new Map<string, Reaction>();
  for (const reaction of reactions) {
    const { name } = checkReaction(reaction);
    if (byName.has(name))
      throw invalidConfig(
        "reactions",
        `Two reactions are called ${shown(name)}: give one of them another name by the option name.`,
      );
    byName.set(name, reaction);
  }
  checkBytes(reactions);
  return byName;
};

const REACTIONS_MAX = 1_000;
const BYTES_MAX = 1024 * 1024;

/** What all processes agree upon stands in one record, which has a lane, names and types of each reaction. */
const checkBytes = (reactions: ReadonlyArray<Reaction>): void => {
  let bytes = 0;
  for (const { name, parts } of reactions)
    for (const text of [name, ...parts.storedAs]) bytes += utf8Length(JSON.stringify(text));
  if (bytes <= BYTES_MAX) return;
  throw invalidConfig(
    "reactions",
    `The names of all reactions and of their types have ${bytes} bytes, at most ${BYTES_MAX} fit: shorten them, or share them out among several brokers.`,
  );
};

const isList = (given: unknown): boolean => Array.isArray(given);

const laneOf = (lane: string, reactions: ReadonlyArray<Reaction>): LaneRegister => ({
  lane,
  reactions,
  types: [...byTypeOf(reactions).keys()],
});

const byTypeOf = (reactions: ReadonlyArray<Reaction>): ReadonlyMap<string, ReadonlyArray<Reaction>> => {
  const byType = new Map<string, Array<Reaction>>();
  for (const reaction of reactions)
    for (const type of reaction.parts.storedAs) {
      const known = byType.get(type);
      if (known === undefined) byType.set(type, [reaction]);
      else known.push(reaction);
    }
  return byType;
};

/** One line, so one order. */
const checkFixedTargets = (reactions: ReadonlyArray<Reaction>): void => {
  const lanes = new Map<string, string>();
  for (const { lane, parts } of reactions) {
    if (parts.target.is !== "fixed") continue;
    const { stream } = parts.target;
    const other = lanes.get(stream) ?? lane;
    if (other !== lane)
      throw invalidConfig(
        "lane",
        `Reactions to the target ${shown(stream)} stand in the lanes ${shown(other)} and ${shown(lane)}: give them one lane, since a target is one line in each.`,
      );
    lanes.set(stream, lane);
  }
};
