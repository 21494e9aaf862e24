/** The public types of reactions: what is to be done on an event, and in whose line. */
import type { BackoffOptions } from "../core/Backoff.js";
import type { Outcome } from "../core/Outcome.js";
import type { Options } from "../core/options.js";
import type { Position } from "../core/Position.js";
import type { CallIt, ResultOf, Uncalled, Work } from "../core/Work.js";
import type { Write } from "../core/Write.js";
import type { EventMap } from "../log/EventCodec.js";
import type { Recorded } from "../log/recorded.js";
import type { Causing } from "../sourcing/policies/causedBy.js";
import type { ReactionParts } from "./parts.js";

/** What a handler gets beside the event. */
export interface ReactionContext extends Causing {
  /** The target: whose line the event stands in. */
  readonly stream: string;
  /** Failures of this event at this target so far + 1: 1 at first, and after an unblock. */
  readonly attempt: number;
  /** Aborts when the work is unsubscribed before its end: by a timeout, a lost lease, a stop, or the end of the run. */
  readonly signal: AbortSignal;
}

/** How long to wait between attempts; `attemptsMax` stands beside it, and a reaction has no deadline. */
export type ReactionBackoff = Omit<BackoffOptions, "attemptsMax" | "deadlineMs">;

export interface ReactionOptions<E, L extends string>
  extends Options<{
    /**
     * 1 to 128 UTF-8 bytes. Keep it from version to version of a program: pending events know their reactions by name, and command ids
     * are made of it. Default: the name of the handler's function, or else the types of events. Two alike in a register are refused.
     */
    name: string;
    /** Attempts in all, the first included: 1 to 1,000, or `Infinity`. Default 4. */
    attemptsMax: number;
    /**
     * Default: after 200 ms, then twice as long each time, 60 s at most. The store keeps the delay, so each broker honours it. The events
     * behind it at this target wait, and others go on:
     *
     * ```text
     * ab--c-------------
     * a := x1
     * b := x2
     * c := y1
     *
     * > on(…).do(fails twice at x1, { backoff: { initialMs: 4, growth: "linear" } }).to(firstLetter)
     *
     * r---s-------(ab)--
     * r := x1: Retrying
     * s := x1: Retrying
     * a := x1
     * b := x2
     * title = x
     *
     * ----c-------------
     * c := y1
     * title = y
     * ```
     */
    backoff: ReactionBackoff;
    /** What follows the last attempt: true blocks the target until people unblock it; false passes the event over, told as `Skipped`. Default true. */
    blockOnError: boolean;
    /** Milliseconds until a work is unsubscribed and counts as failed; `Infinity`: never. Default 300,000. */
    timeoutMs: number;
    /**
     * From where in the log the reaction is to see events when a broker of this name meets it first: all of them, those that are appended
     * from then on, or those behind a position. Later it goes on where it was. Of a log that was trimmed "start" is what is left of it.
     * Default "start".
     */
    from: Position | "start" | "end";
    /**
     * Types that an earlier version of the program named for this reaction, and that it reacts on no more: their events pass. A type that is
     * left out without a word may be one of a newer version that runs beside: then the reaction is left behind, to be caught up by that.
     * Default: none.
     */
    without: ReadonlyArray<string>;
    /**
     * Its queue in the broker, so that slow handlers do not stand in the way of fast ones. A letter, then letters, digits, "_", "-" or ".", 32 at most. Default "default".
     *
     * A later run may name another lane: the reaction goes on there where it was. What stands in the line of the old one is delivered from
     * there, side by side with what comes in the new one.
     */
    lane: L;
    /** 0 to 9; of the targets that are ready those with a higher one come first, and lower ones keep one delivery in eight. Pure. Default 0. */
    priority: number | ((recorded: Recorded<E>) => number);
  }> {}

declare const event: unique symbol;

/** What is to be done on events of some types. Made by `on(codec, …types).do(handler, options)`; data, until a broker has it. */
export interface Reaction<out E = unknown, out L extends string = string> {
  readonly name: string;
  readonly types: ReadonlyArray<string>;
  readonly lane: L;
  /** The event stands in its type alone. */
  readonly [event]: E;
  /** @internal */
  readonly parts: ReactionParts;
}

/** A reaction that may still be told where its events go: to the event's own stream unless told otherwise. */
export interface Targeted<out E, out L extends string> extends Reaction<E, L> {
  /**
   * Whose line the events stand in: any text of 1 to 512 UTF-8 bytes. A function is to be pure; undefined: this event goes nowhere. Where
   * it throws, or answers anything else, the event is blocked in the line of its own stream, with all its reactions of the lane. Once
   * unblocked it is asked again: the event goes to the ends of the lines of its targets then, once, and is told as `Acked` where it stood.
   */
  readonly to: (target: string | ((recorded: Recorded<E>) => string | undefined)) => Reaction<E, L>;
  /** Registered, and delivered nowhere; pending events of its name pass without it. So a reaction is retired, or tried later. */
  readonly void: () => Reaction<E, L>;
}

export interface Doing<out E, out R, out L extends string> extends Targeted<E, L> {
  /**
   * Writes that commit with the ack, or not at all. Where one of them meets a conflict (`VersionConflict`, `RecordConflict`) the handler
   * runs again at once, ten times in a row, before that counts as a failure. Where several reactions of one target write, a refusal is a
   * failure of the one that asked for what was refused: its attempts, backoff and `blockOnError` count. Where that cannot be told (all
   * together are too large), they are those of one that blocks, and has the fewest attempts.
   *
   * @param next the writes for a result; not called where the handler answered an Outcome: `Ack` acks without any
   */
  readonly followUp: (next: (result: R, recorded: Recorded<E>) => ReadonlyArray<Write<unknown>>) => Targeted<E, L>;
}

export interface On<out E> {
  /**
   * What is done on each of these events, at least once. The work is an Observable (an Effect is one), an awaitable, a Task or a
   * TaskEither. A Left, a throw or a timeout is a failure. An Outcome is performed: `Block` blocks the target at once, `Retry` tries again
   * then, `Defer` holds it without an attempt, `Reject` passes it over, told as `Skipped`. All else acks.
   *
   * ```text
   * abc---------
   * a := x1
   * b := x2
   * c := y1
   *
   * > on(…).do(x1 answers Defer({ forMs: 6 }) at first).to(firstLetter)
   *
   * d-----(ab)--
   * d := x1: Deferred
   * a := x1
   * b := x2
   * title = x
   *
   * --c---------
   * c := y1
   * title = y
   * ```
   */
  readonly do: <W extends Work, const L extends string = "default">(
    handler: (recorded: Recorded<E>, context: ReactionContext) => W,
    options?: ReactionOptions<E, L>,
  ) => [Uncalled<W>] extends [never] ? Doing<E, Exclude<ResultOf<W>, Outcome>, L> : CallIt;
}

/** The events of these types of a codec. */
export type EventsOf<M extends EventMap, K extends ReadonlyArray<keyof M & string>> = M[K[number]];
