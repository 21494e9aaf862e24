/** Giving up old events: of one stream, archived or not, and of the whole log. */
import { concatMap, defer, map, Observable, of, throwError } from "rxjs";
import { type Effect, failingWith, fromOne, mapEffect } from "../core/Effect.js";
import { iterate } from "../core/iterate.js";
import { callable, optionsOf, shown, wholeNumber } from "../core/options.js";
import { type Position, parsePosition } from "../core/Position.js";
import {
  type ArchiveFailed,
  archiveFailed,
  type ChangeError,
  type DecodeRefused,
  decodeRefused,
  invalidConfig,
} from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import { subscribeWork } from "../core/subscribeWork.js";
import type { StoredEvent } from "../port/LogPort.js";
import type { LogStore } from "../port/Store.js";
import { refusalOf } from "./decodePage.js";
import type { EventMap } from "./EventCodec.js";
import type { ArchiveOptions, EventLog, PruneOptions, StreamHead } from "./EventLog.js";
import { checkStream, versions } from "./expected.js";
import type { Reading } from "./Reading.js";
import { head } from "./readStream.js";
import type { Recorded } from "./recorded.js";

/** So many events one call gives up at most. */
const PRUNED_MAX = 1_000;
const TRIMMED_MAX = 10_000;
/** So many events are handed over at a time. */
const ARCHIVED_MAX = 500;

interface Pruning {
  /** The write id of the next call. */
  readonly writeId: string;
  /** How far it is done; undefined before the first call. */
  readonly prunedTo: number | undefined;
  /** Whether the last call brought nothing. */
  readonly done: boolean;
}

/** Gives up the events of a stream up to a version. */
export const prune = (store: LogStore, stream: string, options: PruneOptions): Effect<StreamHead, ChangeError> =>
  failingWith<ChangeError>()(
    fromOne(
      defer(() => {
        const upTo = wholeNumber("upTo", optionsOf(options, ["upTo"]).upTo, versions);
        return pruned(store, checkStream(stream), upTo);
      }).pipe(concatMap(() => head(store, stream))),
    ),
  );

const pruned = (store: LogStore, stream: string, upTo: number): Effect<Pruning, ChangeError> =>
  iterate<Pruning, ChangeError>(
    () => ({ writeId: idFrom(store), prunedTo: undefined, done: upTo === 0 }),
    ({ writeId, prunedTo, done }) =>
      done
        ? undefined
        : store.pruneStream({ stream, upTo, limit: PRUNED_MAX }, writeId).pipe(
            map((answer) => ({
              writeId: idFrom(store),
              prunedTo: answer.prunedTo,
              done: answer.prunedTo >= upTo || answer.prunedTo === prunedTo,
            })),
          ),
  );

interface Trimming {
  readonly writeId: string;
  readonly trimmedTo: Position | undefined;
  readonly calls: number;
  readonly done: boolean;
}

/** Gives up the events of all streams up to a position. */
export const trim = (
  store: LogStore,
  options: { readonly upTo: Position },
): Effect<Position | undefined, ChangeError> => {
  const start = (): Trimming => ({ writeId: idFrom(store), trimmedTo: undefined, calls: 0, done: false });
  const call = ({ writeId, trimmedTo, calls }: Trimming): Observable<Trimming> => {
    const { upTo } = optionsOf(options, ["upTo"]);
    const position = typeof upTo === "string" ? parsePosition(upTo) : undefined;
    if (position === undefined) throw invalidConfig("upTo", `upTo must be a position of the log, not ${shown(upTo)}.`);
    return store.trimLog({ upTo: position, limit: TRIMMED_MAX }, writeId).pipe(
      map((answer) => ({
        writeId: idFrom(store),
        trimmedTo: answer.trimmedTo,
        calls: calls + 1,
        // A position that the log does not have moves nothing.
        done:
          answer.trimmedTo === undefined ||
          answer.trimmedTo >= position ||
          (calls > 0 && answer.trimmedTo === trimmedTo),
      })),
    );
  };
  return mapEffect(
    iterate<Trimming, ChangeError>(start, (state) => (state.done ? undefined : defer(() => call(state)))),
    ({ trimmedTo }) => trimmedTo,
  );
};

type Archive = EventLog<EventMap>["archive"];

/** Hands the events of a stream over, page by page, and gives a page up when that is done. */
export const archive =
  ({ store, coding, decode }: Reading): Archive =>
  (stream, options) => {
    const page = (done: Archiving, to: ArchiveOptions<unknown>["to"], upTo: number): Observable<Archiving> =>
      store.readStream({ stream, after: done.prunedTo, upTo, limit: ARCHIVED_MAX, backwards: false }).pipe(
        concatMap(({ events, prunedTo }) => {
          const last = events.at(-1);
          if (last === undefined) return of({ ...done, over: true });
          const foreign = events.find(({ type }) => !coding.kinds.has(type));
          if (foreign !== undefined) return throwError(() => notOurs(foreign));
          return decode(events).pipe(
            concatMap((ours) => {
              const malformed = ours.find((event) => event._tag === "Malformed");
              if (malformed?._tag === "Malformed") return throwError(() => refusalOf(malformed));
              const whole = ours.filter((event) => event._tag === "Event");
              return handed(whole, { to, stream, prunedTo });
            }),
            concatMap(() => pruned(store, stream, last.version)),
            map(() => ({ prunedTo: last.version, over: last.version >= upTo })),
          );
        }),
      );
    const all = defer(() => {
      const { upTo, to } = optionsOf(options, ["upTo", "to"]);
      checkStream(stream);
      callable("to", to);
      const end = wholeNumber("upTo", upTo, versions);
      return iterate<Archiving, ChangeError>(
        () => ({ prunedTo: 0, over: end === 0 }),
        (done) => (done.over ? undefined : page(done, to, end)),
      );
    });
    return failingWith<ChangeError | DecodeRefused | ArchiveFailed>()(
      fromOne(all.pipe(concatMap(() => head(store, stream)))),
    );
  };

/** What is not ours is passed over elsewhere. Here it would be given up, and nobody would have it. */
const notOurs = ({ type, stream, version }: StoredEvent): DecodeRefused =>
  decodeRefused(`event ${version} of the stream ${JSON.stringify(stream)}`, [
    `it is a ${JSON.stringify(type)}, which the codec of this log does not have: archive by a log whose codec has all types of the stream`,
  ]);

interface Archiving {
  readonly prunedTo: number;
  readonly over: boolean;
}

interface Handing {
  readonly to: ArchiveOptions<unknown>["to"];
  readonly stream: string;
  readonly prunedTo: number;
}

/** Calls `to`, and emits once that is done. */
const handed = (page: ReadonlyArray<Recorded<unknown>>, { to, stream, prunedTo }: Handing): Observable<undefined> =>
  new Observable((subscriber) => {
    let last: unknown;
    const failed = (cause: unknown): void => subscriber.error(archiveFailed(stream, prunedTo, cause));
    const observer = {
      subscription: undefined as { unsubscribe(): void } | undefined,
      next: (value: unknown) => {
        last = value;
      },
      error: failed,
      complete: () => {
        const left = asLeft(last);
        if (left !== undefined) failed(left.left);
        else {
          subscriber.next(undefined);
          subscriber.complete();
        }
      },
    };
    try {
      subscribeWork(to(page), observer);
    } catch (cause) {
      failed(cause);
    }
    return () => observer.subscription?.unsubscribe();
  });

/** A TaskEither tells its failure as a value. */
const asLeft = (value: unknown): { readonly left: unknown } | undefined =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "Left" && "left" in value
    ? value
    : undefined;
