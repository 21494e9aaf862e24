/** Events into the state of a projection. */
import type { Recorded } from "../../log/recorded.js";
import type { EvolveOne, Resolved } from "./definition.js";
import type { Taken } from "./Stage.js";

/** The functions by the types of their events. */
export type Functions<S, T> = Resolved<S, T>["evolve"];

/** What `evolve` answers for this event. The store was asked for events of these types alone. */
export const evolved = <S, T>(evolve: Functions<S, T>, state: S, recorded: Recorded<unknown>): T => {
  const one: EvolveOne<S, T> | undefined = evolve.get(recorded.type);
  if (one === undefined) throw new Error(`evolve has no function for ${recorded.type}, which it did not ask for`);
  return one(state, recorded);
};

export const takeState =
  <S>(evolve: Functions<S, S>) =>
  (before: S, events: ReadonlyArray<Recorded<unknown>>): Taken<S> => {
    let state = before;
    let count = 0;
    for (const recorded of events) {
      try {
        state = evolved(evolve, state, recorded);
      } catch (cause) {
        return { count, state, along: [], changed: count > 0, stuck: { recorded, cause } };
      }
      count += 1;
    }
    return { count, state, along: [], changed: count > 0, stuck: undefined };
  };
