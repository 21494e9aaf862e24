/** What a command with this id has done before. */
import { map, toArray } from "rxjs";
import { andThen } from "../../core/andThen.js";
import { type Effect, fail, fromOne, succeed } from "../../core/Effect.js";
import { commandIdReused } from "../../core/SluiceError.js";
import type { Decided, DecidedEvent } from "../Aggregate.js";
import { type Category, versioned } from "../Category.js";
import type { Known } from "../Known.js";
import type { Slot } from "../pool/Place.js";
import type { Named } from "../Snapshotter.js";
import type { CommandRecord, NamedCommand } from "./CommandRecords.js";

/** An aggregate, and its latest state. */
export interface Found<S> {
  readonly slot: Slot<Known<S>>;
  readonly known: Known<S>;
}

interface Asked {
  readonly named: Named;
  readonly naming: NamedCommand | undefined;
}

/** Its answer, with the state of now; undefined where it has no id, or was not done; `CommandIdReused` where it was another one. */
export const firstAnswer = <C, S, E, X>(
  category: Category<C, S, E, X>,
  { named, naming }: Asked,
  { slot, known }: Found<S>,
): Effect<Decided<S, E> | undefined> => {
  if (naming === undefined) return succeed(undefined);
  return andThen(category.commandRecords.get(naming), (record): Effect<Decided<S, E> | undefined> => {
    if (record === undefined) return succeed(undefined);
    if (record.value.digest !== naming.digest) return fail(commandIdReused(naming.commandId));
    // It may have been done after the state was read.
    const latest = known.version >= record.value.version ? succeed(known) : category.latest(slot, named);
    return andThen(latest, (now) =>
      andThen(eventsOf(category, named, record.value), (events) =>
        succeed({ ...versioned(named.id, now), events, position: events.at(-1)?.position, duplicate: true }),
      ),
    );
  });
};

/** What it stored, as far as that is not given up. */
const eventsOf = <C, S, E, X>(
  { log }: Category<C, S, E, X>,
  { stream }: Named,
  { version, count }: CommandRecord,
): Effect<ReadonlyArray<DecidedEvent<E>>> =>
  count === 0
    ? succeed([])
    : fromOne(
        log.read(stream, { after: version - count, upTo: version }).pipe(
          toArray(),
          // What the codec reads are events of the domain.
          map((events) => events as ReadonlyArray<DecidedEvent<E>>),
        ),
      );
