/** Events into the records of a read model. */
import { map, type Observable, of } from "rxjs";
import { checkKey } from "../../codec/parts.js";
import type { Write } from "../../core/Write.js";
import type { Recorded } from "../../log/recorded.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { RecordsStore } from "../../port/Store.js";
import type { Records } from "../../records/Records.js";
import type { Places, ResolvedRecords } from "../../records/RecordsDefinition.js";
import { decoded } from "../../records/stored.js";
import type { Stuck, Taken } from "./Stage.js";
import { evolved, type Functions } from "./takeState.js";

/** The records of a model, the functions that make them, and which event changes which. */
export interface Model<A> {
  readonly store: RecordsStore;
  readonly resolved: ResolvedRecords<A>;
  readonly records: Pick<Records<A, Places>, "put" | "remove">;
  readonly evolve: Functions<A | undefined, A | undefined>;
  readonly id: (recorded: Recorded<unknown>) => string | undefined;
}

/** An event, and the id of the record that it changes. */
interface Named {
  readonly recorded: Recorded<unknown>;
  readonly id: string | undefined;
}

/**
 * Reads the records that the events name, in one call: as many as have 4 MiB together, and takes the events up to the first whose record
 * was not among them. What one read does not bring is taken with the next events, so no more is held.
 */
export const takeRecords =
  <A>(model: Model<A>) =>
  (_state: null, events: ReadonlyArray<Recorded<unknown>>): Observable<Taken<null>> => {
    const { named, stuck } = namesOf(model, events);
    const ids = [...new Set(named.flatMap(({ id }) => id ?? []))];
    const { name: collection } = model.resolved;
    const found$: Observable<ReadonlyArray<StoredRecord | undefined>> =
      ids.length === 0 ? of([]) : model.store.getRecords(ids.map((id) => ({ collection, id })));
    return found$.pipe(map((found) => taken(model, { named, stuck, found: byId(ids, found) })));
  };

const namesOf = <A>(
  { id: idOf }: Model<A>,
  events: ReadonlyArray<Recorded<unknown>>,
): { readonly named: ReadonlyArray<Named>; readonly stuck: Stuck | undefined } => {
  const named: Array<Named> = [];
  for (const recorded of events) {
    try {
      const id = idOf(recorded);
      named.push({ recorded, id: id === undefined ? undefined : checkKey("id", id) });
    } catch (cause) {
      return { named, stuck: { recorded, cause } };
    }
  }
  return { named, stuck: undefined };
};

/** The records that were read; one that is undefined is not there. */
type Found = ReadonlyMap<string, StoredRecord | undefined>;

const byId = (ids: ReadonlyArray<string>, found: ReadonlyArray<StoredRecord | undefined>): Found =>
  new Map(ids.slice(0, found.length).map((id, i) => [id, found[i]]));

interface Read {
  readonly named: ReadonlyArray<Named>;
  readonly stuck: Stuck | undefined;
  readonly found: Found;
}

const taken = <A>(model: Model<A>, { named, stuck, found }: Read): Taken<null> => {
  const changed = new Map<string, A | undefined>();
  const end = (count: number, behind: Stuck | undefined): Taken<null> => {
    const along = writesOf(model, { changed, found });
    return { count, state: null, along, changed: along.length > 0, stuck: behind };
  };
  for (const [count, { recorded, id }] of named.entries()) {
    if (id === undefined) continue;
    if (!found.has(id)) return end(count, undefined);
    try {
      const before = changed.has(id) ? changed.get(id) : recordValue(model, found.get(id));
      changed.set(id, evolved(model.evolve, before, recorded));
    } catch (cause) {
      return end(count, { recorded, cause });
    }
  }
  return end(named.length, stuck);
};

const recordValue = <A>({ resolved }: Model<A>, record: StoredRecord | undefined): A | undefined =>
  record === undefined ? undefined : decoded(resolved, record).value;

/** Puts what there is from now on, and removes what is no more. Whether another process was faster is told by the checkpoint beside them. */
const writesOf = <A>(
  { records }: Model<A>,
  { changed, found }: { readonly changed: ReadonlyMap<string, A | undefined>; readonly found: Found },
): ReadonlyArray<Write<unknown>> => {
  const writes: Array<Write<unknown>> = [];
  for (const [id, value] of changed) {
    if (value !== undefined) writes.push(records.put(id, value));
    else if (found.get(id) !== undefined) writes.push(records.remove(id));
  }
  return writes;
};
