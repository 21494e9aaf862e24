/** A command as it was asked for, checked. */
import { type Either, isLeft, right } from "fp-ts/lib/Either.js";
import { optionsOf, wholeNumber } from "../../core/options.js";
import { invalidConfig, type SluiceError } from "../../core/SluiceError.js";
import type { StreamExpected } from "../../core/steps/Append.js";
import { checkExpected } from "../../log/expected.js";
import { checkMeta, type EventMeta, noMeta } from "../../log/meta.js";
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

const CONTEXT = ["commandId", "correlationId", "causationId", "actor", "headers", "hops"] as const;

/** What is stored beside the events of this command. */
export const contextOf = (named: Named, command: unknown, given: CommandContext): Either<SluiceError, Context> => {
  const { commandId, correlationId, causationId, actor, headers, hops } = optionsOf(given, CONTEXT);
  if (commandId !== undefined) checkCommandId(commandId);
  const causation = causationId ?? commandId;
  const meta = checkMeta({ correlationId: correlationId ?? causation, causationId: causation, actor, headers, hops });
  if (commandId === undefined) return right({ meta, naming: undefined });
  const digest = digestOf(command);
  if (isLeft(digest)) return digest;
  return right({ meta, naming: { commandId, digest: digest.right, recordId: recordIdOf(named.stream, commandId) } });
};

/** The options of those who give none. */
export const noOptions: CommandOptions<unknown, unknown> = Object.freeze({});

const ATTEMPTS_MAX = 10;

/** The whole order; throws `InvalidConfig`. */
export const orderOf = <C, S, E>(
  named: Named,
  command: C,
  given: CommandOptions<S, E>,
): Either<SluiceError, Order<C, S, E>> => {
  // Most commands have no options, and to read ten of them takes longer than to decide.
  if (given === noOptions)
    return right({
      named,
      command,
      meta: noMeta,
      naming: undefined,
      expected: undefined,
      attemptsMax: ATTEMPTS_MAX,
      followUp: undefined,
    });
  const { expected, attemptsMax = ATTEMPTS_MAX, followUp } = optionsOf(given, ["expected", "attemptsMax", "followUp"]);
  const context = contextOf(named, command, given);
  if (isLeft(context)) return context;
  return right({
    named,
    command,
    meta: context.right.meta,
    naming: context.right.naming,
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
