/** What a handler made of a message, and what a pipeline ends in. */
import { type Either, isRight } from "fp-ts/lib/Either.js";
import { describeCause } from "./cause.js";
import { causeOf, type Failure } from "./Failure.js";
import { type Inspect, inspecting, shown } from "./inspecting.js";
import type { Message } from "./Message.js";
import type { Outcome } from "./Outcome.js";
import type { SluiceError } from "./SluiceError.js";
import type { Write } from "./Write.js";

/** One handled message on its way to be settled. `outcome` is undefined while nothing has decided it. */
export interface Handled<out A, out R, out E> {
  readonly message: Message<A>;
  readonly result: Either<Failure<E>, R>;
  readonly outcome: Outcome | undefined;
  /** A policy tries no more: where nothing else decides the message, it is dead-lettered instead of retried. */
  readonly givenUp?: boolean | undefined;
  /** Writes that commit with an `Ack`, or not at all. */
  readonly followUps: ReadonlyArray<Write<unknown>>;
}

/** A Handled. In logs and JSON it shows its message and how it ended, never its result. */
export const handled = <A, R, E>(fields: Handled<A, R, E>): Handled<A, R, E> => new HandledMessage(fields);

/** The store did not perform the outcome: the lease was lost, or it was settled otherwise before. */
export interface Lost {
  readonly _tag: "Lost";
  readonly cause: SluiceError;
}

/** The end of one delivery: what the handler answered, and the outcome that the store confirmed. */
export interface Settlement<out A, out R, out E = unknown> {
  readonly message: Message<A>;
  readonly result: Either<Failure<E>, R>;
  readonly outcome: Outcome | Lost;
}

/** A Settlement. In logs and JSON it shows what a Handled shows. */
export const settlement = <A, R, E>(fields: Settlement<A, R, E>): Settlement<A, R, E> => new SettledMessage(fields);

const shownFields = ({
  message,
  result,
  outcome,
}: Handled<unknown, unknown, unknown> | Settlement<unknown, unknown>) => ({
  message,
  result: isRight(result) ? "Right" : `${result.left._tag}: ${describeCause(causeOf(result.left))}`,
  outcome,
});

class HandledMessage<out A, out R, out E> implements Handled<A, R, E> {
  readonly message: Message<A>;
  readonly result: Either<Failure<E>, R>;
  readonly outcome: Outcome | undefined;
  readonly givenUp: boolean | undefined;
  readonly followUps: ReadonlyArray<Write<unknown>>;
  constructor({ message, result, outcome, givenUp, followUps }: Handled<A, R, E>) {
    this.message = message;
    this.result = result;
    this.outcome = outcome;
    this.givenUp = givenUp;
    this.followUps = followUps;
  }
  toJSON(): object {
    return shownFields(this);
  }
  [inspecting](depth: number, options: object, inspect?: Inspect): string {
    return shown("Handled", shownFields(this), { depth, options, inspect });
  }
}

class SettledMessage<out A, out R, out E> implements Settlement<A, R, E> {
  readonly message: Message<A>;
  readonly result: Either<Failure<E>, R>;
  readonly outcome: Outcome | Lost;
  constructor({ message, result, outcome }: Settlement<A, R, E>) {
    this.message = message;
    this.result = result;
    this.outcome = outcome;
  }
  toJSON(): object {
    return shownFields(this);
  }
  [inspecting](depth: number, options: object, inspect?: Inspect): string {
    return shown("Settlement", shownFields(this), { depth, options, inspect });
  }
}
