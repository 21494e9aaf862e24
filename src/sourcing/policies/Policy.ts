/** The public face of policies: what is to be done on an event, as commands that are data. */
import type { Either } from "fp-ts/lib/Either.js";
import type { Effect } from "../../core/Effect.js";
import type { Options } from "../../core/options.js";
import type { PolicyThrew, TooManyHops } from "../../core/SluiceError.js";
import type { Recorded } from "../../log/recorded.js";
import type { CommandContext, CommandError, Decided } from "../Aggregate.js";
import type { Rejected } from "../Rejected.js";
import type { Causing } from "./causedBy.js";

/** A command, and the aggregate that it is for, as data. Made by `send(aggregate, id, command)`; nothing is sent until it is run. */
export interface Send<out X = unknown> {
  readonly category: string;
  readonly id: string;
  readonly command: unknown;
  /** Hands the command to `handle` of its aggregate. */
  readonly run: (context: CommandContext) => Effect<Either<X, Decided<unknown, unknown>>, CommandError>;
}

/** What the domain of a `Send` may refuse it with. */
export type RejectionOf<T> = T extends Send<infer X> ? X : never;

/** A command of a policy that its domain refused. */
export interface RejectedSend<out X> extends Rejected<X> {
  readonly category: string;
  readonly id: string;
  /**
   * Which command it is, from 0. As a Left it says what was done: the commands before this place are done, and stay so; those behind it
   * were not sent.
   */
  readonly place: number;
  /** The same in a sentence, for logs and dead letters. */
  readonly message: string;
}

/** What a policy did on an event. */
export interface Reacted<out X> {
  /** How many commands were done, now or when the event came before; those for which there was nothing to do among them. */
  readonly done: number;
  /** Those that were refused, in order. Always empty where a refusal fails. */
  readonly rejected: ReadonlyArray<RejectedSend<X>>;
}

/** What a policy may fail with. The commands before the one that failed are done; let the event come again. */
export type PolicyError = CommandError | PolicyThrew | TooManyHops;

export type PolicyOptions = Options<{
  /**
   * What a refused command is: "fail", a Left at once, so that whoever brought the event tries again or asks a person; or "pass", where
   * a refusal is as good an end as any. Then the next command is sent. Default "fail".
   */
  rejected: "fail" | "pass";
  /**
   * The most reactions that may have led to an event, one after the other, so that policies that feed each other end. An event with more
   * is not reacted on: `TooManyHops`, unless there is nothing to send. 0: only events that no reaction led to. Default 100.
   */
  hopsMax: number;
}>;

/** Reacts on events by commands. Made by `policy(react, options)`. */
export interface Policy<in E, out X = unknown> {
  /**
   * Sends the commands for an event, one after the other, each with a command id of its own that is the same each time. So the event may
   * come any number of times, also after a crash between two commands: each is done once (for as long as its aggregate remembers command
   * ids, `commandIdTtlMs`, seven days by default: a target of a broker that stays blocked longer, in the middle of its commands, may do the
   * first ones again once it is unblocked). A command that was refused is remembered by nobody, and is decided again.
   */
  (recorded: Recorded<E>, context: Causing): Effect<Either<RejectedSend<X>, Reacted<X>>, PolicyError>;
  /** The commands for an event, not sent: for tests. */
  readonly react: (recorded: Recorded<E>) => ReadonlyArray<Send<X>>;
}
