/** Makes states of events: from the pool's state on, or from a snapshot, or from the first event. */
import { isLeft } from "fp-ts/lib/Either.js";
import { andThen } from "../core/andThen.js";
import { type Effect, fail, failingWith, fromOne, succeed } from "../core/Effect.js";
import { iterate } from "../core/iterate.js";
import { logWentBack, type SluiceError, streamPruned } from "../core/SluiceError.js";
import type { DecodePage } from "../log/decodePage.js";
import { wellFormed } from "../log/decodePage.js";
import { until } from "../log/readStream.js";
import type { StoredEvent, StreamPage } from "../port/LogPort.js";
import type { LogStore } from "../port/Store.js";
import type { LoadError } from "./Aggregate.js";
import { askEvolve } from "./asking.js";
import type { Decider } from "./Decider.js";
import { type Known, unborn } from "./Known.js";
import type { EntrySink } from "./LogEntry.js";
import type { Named, Snapshotter } from "./Snapshotter.js";

/** So many events are asked for in one call. */
const PAGE_COUNT = 1_000;

/** Up to where a state is made: everything, up to this version, or up to what was appended at this time. */
export interface Until {
  readonly version?: number | undefined;
  readonly atMs?: number | undefined;
}

export interface LoaderParts<S, E> {
  readonly store: LogStore;
  readonly decode: DecodePage;
  readonly decider: Pick<Decider<never, S, E>, "initial" | "evolve">;
  readonly snapshotter: Snapshotter<S> | undefined;
  readonly entries: EntrySink;
}

/** How far a state is made. */
interface Made<S> {
  readonly known: Known<S>;
  /** Why its beginning cannot be gone on from. */
  readonly unusable?: "went back" | "pruned" | undefined;
  readonly prunedTo: number;
  readonly isWhole: boolean;
  /** Whether the last page had room for the event that is known alone: the next one begins behind it. */
  readonly isBehind?: boolean | undefined;
}

export class Loader<S, E> {
  constructor(private readonly parts: LoaderParts<S, E>) {}

  /** The latest state. `from` is an earlier one, if one is known: then what followed is read, and nothing else. */
  load(named: Named, from: Known<S> | undefined): Effect<Known<S>, LoadError> {
    if (from === undefined || from.version === 0) return this.loadAll(named, {});
    return andThen(this.make(named, from, {}), (made) => {
      if (made.unusable === undefined) return succeed(made.known);
      if (made.unusable === "went back") this.tellWentBack(named, from);
      return this.loadAll(named, {});
    });
  }

  /** A state of the past, beside what is known of the present. */
  loadAt(named: Named, until: Until): Effect<Known<S>, LoadError> {
    return this.loadAll(named, until);
  }

  /** From a snapshot, else from the first event. */
  private loadAll(named: Named, until: Until): Effect<Known<S>, LoadError> {
    const { snapshotter, decider, entries } = this.parts;
    const fromStart = (): Effect<Known<S>, LoadError> =>
      andThen(this.make(named, unborn(decider.initial), until), ({ known, unusable, prunedTo }) => {
        if (unusable === "went back") {
          // Between two pages.
          this.tellWentBack(named, known);
          return fromStart();
        }
        if (unusable !== undefined) return fail(streamPruned(named.stream, prunedTo));
        entries.tell("Hydrated", { id: named.id, version: known.version });
        return succeed(known);
      });
    // When the event of a snapshot was appended is not known, so that a time is looked for from the start.
    if (snapshotter === undefined || until.atMs !== undefined) return fromStart();
    return andThen(snapshotter.read(named), (snapshot) => {
      if (snapshot === undefined || snapshot.version > (until.version ?? Number.POSITIVE_INFINITY)) return fromStart();
      return andThen(this.make(named, snapshot, until), ({ known, unusable }) => {
        if (unusable === undefined) {
          entries.tell("Hydrated", { id: named.id, version: known.version });
          return succeed(known);
        }
        if (unusable === "went back") this.tellWentBack(named, snapshot);
        return fromStart();
      });
    });
  }

  private tellWentBack({ id }: Named, { version }: Known<S>): void {
    this.parts.entries.tell("WentBack", { id, version }, logWentBack(undefined));
  }

  /** The state behind this one. The last event that is known is read again with the next ones: if it is not there, the log went back. */
  private make(named: Named, from: Known<S>, until: Until): Effect<Made<S>, LoadError> {
    const { store } = this.parts;
    const first: Made<S> = { known: from, prunedTo: 0, isWhole: false };
    return failingWith<LoadError>()(
      iterate<Made<S>, SluiceError>(
        () => first,
        (made) => {
          if (made.isWhole || made.unusable !== undefined) return undefined;
          const { version } = made.known;
          const after = made.isBehind === true ? version : Math.max(0, version - 1);
          const request = { stream: named.stream, after, upTo: until.version, limit: PAGE_COUNT, backwards: false };
          return andThen(store.readStream(request), (page) => {
            const unusable = unusableBy(made.known, page);
            if (unusable !== undefined) return succeed({ ...made, unusable, prunedTo: page.prunedTo });
            return this.goOn(made, page, until);
          });
        },
      ),
    );
  }

  /** The state behind the events of a page. */
  private goOn({ known }: Made<S>, page: StreamPage, { version: upTo = page.version, atMs }: Until): Effect<Made<S>> {
    const { decode, decider } = this.parts;
    const later = page.events.filter((event) => event.version > known.version);
    const wanted = atMs === undefined ? later : until(later, atMs);
    const last = wanted.at(-1);
    const isWhole = wanted.length < later.length || (last ?? known).version >= Math.min(upTo, page.version);
    if (last === undefined) {
      const same = known.closed === page.closed ? known : { ...known, closed: page.closed };
      return succeed({ known: same, prunedTo: page.prunedTo, isWhole, isBehind: true });
    }
    return andThen(fromOne(wellFormed(decode, wanted)), ({ items, error }): Effect<Made<S>> => {
      if (error !== undefined) return fail(error);
      const state = askEvolve(
        decider,
        known.state,
        items.map(({ event }) => event as E),
      );
      if (isLeft(state)) return fail(state.left);
      const { version, id } = last;
      const made = { ...known, state: state.right, version, lastId: id, closed: page.closed };
      return succeed({ known: made, prunedTo: page.prunedTo, isWhole });
    });
  }
}

/** Whether the events behind this state are not there to go on from. */
const unusableBy = <S>({ version, lastId }: Known<S>, page: StreamPage): Made<S>["unusable"] => {
  if (page.version < version) return "went back";
  if (page.prunedTo > version) return "pruned";
  const event: StoredEvent | undefined = page.events[0];
  const isThere = version > 0 && event?.version === version;
  return isThere && lastId !== undefined && event.id !== lastId ? "went back" : undefined;
};
