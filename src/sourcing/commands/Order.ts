/** A command as it was asked for, checked. */
import { type Either, isLeft, right } from "fp-ts/lib/Either.js";
import { optionsOf, wholeNumber } from "../../core/options.js";
import { invalidConfig, type SluiceError } from "../../core/SluiceError.js";
import type { StreamExpected } from "../../core/steps/Append.js";
import { checkExpected } from "../../log/expected.js";
import { checkMeta, type EventMeta } from "../../log/meta.js";
import type { CommandContext, CommandOptions } from "../Aggregate.js";
import type { Named } from "../Snapshotter.js";
import { checkCommandId, type NamedCommand, recordIdOf } from "./CommandRecords.js";
import { digestOf } from "./digest.js";

/** What is stored with the events of a command, and by which id it is known. */
export interface Context {
  readonly meta: EventMeta;
  readonly naming: NamedCommand | undefined;
}

export interface Order<C, S, E> extends Context {
  readonly named: Named;
  readonly command: C;
  /** What the caller wants the stream to be. */
  readonly expected: StreamExpected | undefined;
  readonly attemptsMax: number;
  readonly followUp: CommandOptions<S, E>["followUp"];
}

const CONTEXT = ["commandId", "correlationId", "causationId", "actor", "headers"] as const;

/** What is stored beside the events of this command. */
export const contextOf = (named: Named, command: unknown, given: CommandContext): Either<SluiceError, Context> => {
  const { commandId, correlationId, causationId, actor, headers } = optionsOf(given, CONTEXT);
  const causation = causationId ?? commandId;
  const meta = checkMeta({ correlationId: correlationId ?? causation, causationId: causation, actor, headers });
  if (commandId === undefined) return right({ meta, naming: undefined });
  checkCommandId(commandId);
  const digest = digestOf(command);
  if (isLeft(digest)) return digest;
  return right({ meta, naming: { commandId, digest: digest.right, recordId: recordIdOf(named.stream, commandId) } });
};

/** The whole order; throws `InvalidConfig`. */
export const orderOf = <C, S, E>(
  named: Named,
  command: C,
  given: CommandOptions<S, E>,
): Either<SluiceError, Order<C, S, E>> => {
  const { expected, attemptsMax = 10, followUp } = optionsOf(given, ["expected", "attemptsMax", "followUp"]);
  const context = contextOf(named, command, given);
  if (isLeft(context)) return context;
  return right({
    ...context.right,
    named,
    command,
    expected: expected === undefined ? undefined : checkPinned(expected),
    attemptsMax: wholeNumber("attemptsMax", attemptsMax, { min: 1, max: 1_000 }),
    followUp,
  });
};

const checkPinned = (expected: NonNullable<CommandOptions<unknown, unknown>["expected"]>): StreamExpected => {
  const checked = checkExpected(expected);
  if (checked._tag !== "Any") return checked;
  throw invalidConfig(
    "expected",
    'expected must not be "any": a command is decided upon a state, and stored behind that.',
  );
};
