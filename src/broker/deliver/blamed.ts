/** Whose failure it is where the writes of an event are refused together: which reaction's options decide what becomes of it. */
import type { SluiceError } from "../../core/SluiceError.js";
import type { Step } from "../../core/steps/Step.js";
import { stepsOf, type Write } from "../../core/Write.js";
import type { Reaction } from "../Reaction.js";

/** A reaction with the writes that it asked for. */
export interface Writing {
  readonly reaction: Reaction;
  readonly writes: ReadonlyArray<Write<unknown>>;
}

/** The one that asked for what the error names; where that are several, or the error names nothing, the strictest of them. */
export const blamed = (writings: ReadonlyArray<Writing>, error: SluiceError): Reaction | undefined => {
  const named = writings.filter(({ writes }) =>
    writes.some((write) => stepsOf(write).some((step) => isAbout(error, step))),
  );
  return strictest((named.length === 0 ? writings : named).map(({ reaction }) => reaction));
};

/** One that blocks before one that would pass the event over, and then the one with fewer attempts: what is lost cannot be brought back. */
export const strictest = (reactions: ReadonlyArray<Reaction>): Reaction | undefined => {
  const [first, ...others] = reactions;
  if (first === undefined) return undefined;
  return others.reduce((one, other) => (isStricter(other, one) ? other : one), first);
};

const isStricter = ({ parts: one }: Reaction, { parts: other }: Reaction): boolean =>
  one.blockOnError === other.blockOnError ? one.attemptsMax < other.attemptsMax : one.blockOnError;

const isAbout = (error: SluiceError, step: Step): boolean => {
  switch (error._tag) {
    case "VersionConflict":
      return step._tag === "Append" && step.stream === error.stream && step.expected._tag !== "Any";
    case "StreamClosed":
      return step._tag === "Append" && step.stream === error.stream;
    case "RecordConflict":
      return "expected" in step && step._tag !== "Append" && isSameRecord(step, error) && step.expected._tag !== "Any";
    case "LeaseLost":
    case "AlreadySettled":
      return step._tag === "Settle" && step.id === error.id;
    default:
      return false;
  }
};

interface RecordName {
  readonly collection: string;
  readonly id: string;
}

const isSameRecord = (one: RecordName, other: RecordName): boolean =>
  one.collection === other.collection && one.id === other.id;
