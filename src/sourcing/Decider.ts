/** A domain as the library sees it: three functions and a value, in the user's own types. */
import type { Either } from "fp-ts/lib/Either.js";

/**
 * What a domain is at first, what its commands decide, and how its events change it. All of it is plain and synchronous, and names
 * nothing of the library: commands, states, events and refusals are of any type, whatever their tags are.
 *
 * `decide` and `evolve` are pure: they may run again, on a conflict or when the aggregate is loaded, and must answer the same. What
 * changes the state they were given changes what others see.
 */
export interface Decider<in C, S, E, out X = never> {
  /** The state before the first event. */
  readonly initial: S;
  /** The events of a command upon a state, or why the domain refuses it. No events: there is nothing to do. */
  readonly decide: (command: C) => (state: S) => Either<X, ReadonlyArray<E>>;
  /** The state after an event. */
  readonly evolve: (state: S, event: E) => S;
  /** Whether nothing more will come: such an aggregate leaves the pool at once. Default: never. */
  readonly isTerminal?: ((state: S) => boolean) | undefined;
}
