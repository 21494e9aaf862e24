/** Ends an aggregate: its stream takes no more events. */
import { andThen, orElse } from "../../core/andThen.js";
import { type Effect, fail, failingWith, succeed } from "../../core/Effect.js";
import type { VersionConflict, WriteError } from "../../core/SluiceError.js";
import { atomically, type Write } from "../../core/Write.js";
import type { LoadError } from "../Aggregate.js";
import type { Versioned } from "../AggregateDefinition.js";
import { type Category, versioned } from "../Category.js";
import type { Known } from "../Known.js";
import type { Slot } from "../pool/Place.js";
import type { Named } from "../Snapshotter.js";
import { standBack } from "./standBack.js";

const ATTEMPTS_MAX = 10;

/** Its state is told as it was when it closed, so it closes behind that very event. */
export const close = <C, S, E, X>(
  category: Category<C, S, E, X>,
  id: string,
): Effect<Versioned<S>, LoadError | WriteError | VersionConflict> =>
  failingWith<LoadError | WriteError | VersionConflict>()(
    category.pool.run(id, (slot) => closeBehind(category, { slot, named: category.named(id) }, 1)),
  );

interface Closing<S> {
  readonly slot: Slot<Known<S>>;
  readonly named: Named;
}

const closeBehind = <C, S, E, X>(
  category: Category<C, S, E, X>,
  closing: Closing<S>,
  attempt: number,
): Effect<Versioned<S>> => {
  const { slot, named } = closing;
  return andThen(category.latest(slot, named), (known): Effect<Versioned<S>> => {
    const answer = versioned(named.id, known);
    if (known.closed) return succeed(answer);
    const { version, lastId } = known;
    const end = category.log.close(named.stream, { expected: { version, lastId } });
    // One without events is taken by its record of birth alone, and it is not to be born any more.
    const ends: Write<unknown> = version > 0 ? end : atomically([category.births.put(named.stream, true), end]);
    const closed = andThen(ends, () => {
      // Known as open first, so that its end is told also where it had no event.
      slot.set(known);
      slot.set({ ...known, closed: true });
      return succeed(answer);
    });
    return orElse(closed, (error): Effect<Versioned<S>> => {
      const again = error._tag === "VersionConflict" || error._tag === "StreamClosed";
      if (!again || attempt >= ATTEMPTS_MAX) return fail(error);
      return andThen(standBack(category.store, attempt), () => closeBehind(category, closing, attempt + 1));
    });
  });
};
