/** What a handler made of a message, and what a pipeline ends in. */
import type { Either } from "fp-ts/lib/Either.js";
import type { Failure } from "./Failure.js";
import type { Message } from "./Message.js";
import type { Outcome } from "./Outcome.js";
import type { SluiceError } from "./SluiceError.js";
import type { Write } from "./Write.js";

/** One handled message on its way to be settled. `outcome` is undefined while nothing has decided it. */
export interface Handled<out A, out R, out E> {
  readonly message: Message<A>;
  readonly result: Either<Failure<E>, R>;
  readonly outcome: Outcome | undefined;
  /** A policy tries no more: where nothing decides it, it is dead-lettered instead of retried. */
  readonly givenUp?: boolean | undefined;
  /** Writes that commit with an `Ack`, or not at all. */
  readonly followUps: ReadonlyArray<Write<unknown>>;
}

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
