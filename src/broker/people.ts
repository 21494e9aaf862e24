/** What people do with the targets of a broker: free those that are blocked, replay them, say which come first. */
import { catchError, defer, map, type Observable, of, switchMap, tap } from "rxjs";
import { checkKey } from "../codec/parts.js";
import { utf8Length } from "../core/bytes.js";
import { type Effect, failingWith, fromOne } from "../core/Effect.js";
import { iterate } from "../core/iterate.js";
import { optionsOf, shown, wholeNumber } from "../core/options.js";
import { invalidConfig, isSluiceError, type WriteError } from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import { allLanes } from "./allLanes.js";
import type { BrokerChangeError, Streams } from "./Broker.js";
import type { Control, Priority } from "./Control.js";
import { agree } from "./correlate/agree.js";
import { STREAMS_MAX } from "./correlate/emptying.js";
import { lanesWith, replaying } from "./correlate/replaying.js";
import type { Parts } from "./definition.js";
import type { Lane } from "./Lane.js";

/** The most priorities that are kept. */
const PRIORITIES_MAX = 1_000;

const PAGE = 1_000;

/** Frees blocked targets: "retry" delivers the same event again, "skip" passes it. */
export const free = (parts: Parts, streams: Streams, decision: "retry" | "skip"): Effect<number, WriteError> =>
  failingWith<WriteError>()(
    fromOne(
      defer(() => {
        const prefix = prefixIn(streams);
        const names = prefix === undefined ? namesOf(streams) : [];
        return allLanes(parts).pipe(
          switchMap((lanes) => {
            if (prefix === "") return sumOf(lanes, ({ queue }) => queue.unblock("all", decision));
            const places =
              prefix === undefined
                ? of(names.flatMap((stream) => lanes.map((lane) => ({ lane, stream }))))
                : blockedWith(lanes, prefix);
            return places.pipe(
              switchMap((all) => sumOf(all, ({ lane, stream }) => lane.queue.unblock({ key: stream }, decision))),
            );
          }),
        );
      }),
    ),
  );

interface PlaceOf {
  readonly lane: Lane;
  readonly stream: string;
}

/** One after the other, so that thousands do not leave at once. */
const sumOf = <T>(all: ReadonlyArray<T>, count: (one: T) => Effect<number>): Observable<number> =>
  iterate<{ readonly at: number; readonly sum: number }, never>(
    () => ({ at: 0, sum: 0 }),
    ({ at, sum }) => {
      const next = all[at];
      return next === undefined ? undefined : count(next).pipe(map((more) => ({ at: at + 1, sum: sum + more })));
    },
  ).pipe(map(({ sum }) => sum));

interface Walk {
  readonly lane: number;
  readonly after: string | undefined;
  readonly found: ReadonlyArray<PlaceOf>;
}

const blockedWith = (lanes: ReadonlyArray<Lane>, prefix: string): Observable<ReadonlyArray<PlaceOf>> =>
  iterate<Walk, never>(
    () => ({ lane: 0, after: undefined, found: [] }),
    ({ lane: at, after, found }) => {
      const lane = lanes[at];
      return lane?.queue.blocked({ after, limit: PAGE }).pipe(
        map(({ items, next }) => ({
          lane: next === undefined ? at + 1 : at,
          after: next,
          found: [
            ...found,
            ...items.flatMap(({ key }) => (key?.startsWith(prefix) === true ? [{ lane, stream: key }] : [])),
          ],
        })),
      );
    },
  ).pipe(map(({ found }) => found));

/** Replays these targets from the start of the log. */
export const reset = (parts: Parts, streams: string | ReadonlyArray<string>): Effect<number, BrokerChangeError> => {
  const id = idFrom(parts.store);
  const { register, sources } = parts;
  const hasStrategy = parts.lanes.some(({ correlate }) => correlate !== undefined);
  return changed(parts, () => {
    const names = namesOf(streams);
    if (names.length > STREAMS_MAX)
      throw invalidConfig("streams", `streams names ${names.length} targets; one call takes ${STREAMS_MAX} at most.`);
    return {
      count: names.length,
      change: (control) => {
        if (control.catchUps.some((one) => one.id.startsWith(id))) return control;
        const byLane = new Map<string, Array<string>>();
        for (const stream of names)
          for (const lane of lanesWith(control, { register, hasStrategy, stream }))
            byLane.set(lane, [...(byLane.get(lane) ?? []), stream]);
        const next = [...byLane].reduce(
          (before, [lane, own]) =>
            replaying(before, { id: `${id}/${lane}`, lane, streams: own, sources: sources.length }),
          control,
        );
        checkNames(next);
        return next;
      },
    };
  });
};

/** What waits to be replayed stands in one record with all else that processes agree upon, and must leave room for that. */
const checkNames = ({ catchUps }: Control): void => {
  const bytes = catchUps
    .flatMap(({ of: what }) => ("streams" in what ? what.streams : []))
    .reduce((sum, stream) => sum + utf8Length(JSON.stringify(stream)), 0);
  if (bytes > NAMES_BYTES_MAX)
    throw invalidConfig(
      "streams",
      `The names of all targets that wait to be replayed would have ${bytes} bytes, at most ${NAMES_BYTES_MAX} fit: wait until some are replayed.`,
    );
};

const NAMES_BYTES_MAX = 1024 * 1024;

/** What counts for these targets instead of the priorities of their reactions. */
export const prioritize = (
  parts: Parts,
  streams: Streams,
  priority: number | undefined,
): Effect<number, BrokerChangeError> =>
  changed(parts, () => {
    if (priority !== undefined) wholeNumber("priority", priority, { min: 0, max: 9 });
    const prefix = prefixIn(streams);
    const given: ReadonlyArray<Priority["of"]> =
      prefix === undefined ? namesOf(streams).map((stream) => ({ stream })) : [{ prefix }];
    return {
      count: given.length,
      change: (control) => {
        const others = control.priorities.filter(({ of: known }) => !given.some((one) => isSame(one, known)));
        const priorities =
          priority === undefined ? others : [...others, ...given.map((one) => ({ of: one, priority }))];
        if (priorities.length > PRIORITIES_MAX)
          throw invalidConfig(
            "streams",
            `${priorities.length} priorities would be kept, at most ${PRIORITIES_MAX} are: take some back by prioritize(streams, undefined), or name a prefix.`,
          );
        return { ...control, priorities };
      },
    };
  });

const isSame = (one: Priority["of"], other: Priority["of"]): boolean =>
  "stream" in one ? "stream" in other && one.stream === other.stream : "prefix" in other && one.prefix === other.prefix;

interface Changing {
  readonly count: number;
  readonly change: (control: Control) => Control;
}

/** Changes what all processes agree upon, and again where another was faster. */
const changed = (parts: Parts, ask: () => Changing): Effect<number, BrokerChangeError> =>
  failingWith<BrokerChangeError>()(
    fromOne(
      defer(() => {
        const { count, change } = ask();
        return count === 0 ? of(0) : attempt(parts, change, CONFLICTS_MAX).pipe(map(() => count));
      }),
    ),
  );

const CONFLICTS_MAX = 100;

const attempt = (parts: Parts, change: Changing["change"], left: number): Observable<unknown> =>
  agree(parts, "none").pipe(
    switchMap(({ control, moment }) => {
      const next = change(control);
      return next === control ? of(undefined) : parts.kept.putControl(next, moment.control.revision);
    }),
    tap(() => parts.changed$.next()),
    catchError((error: unknown) => {
      if (left > 1 && isSluiceError(error) && error._tag === "RecordConflict") return attempt(parts, change, left - 1);
      throw error;
    }),
  );

const prefixIn = (streams: Streams): string | undefined => {
  if (typeof streams === "string" || isList(streams)) return undefined;
  const { prefix } = optionsOf(streams, ["prefix"], "streams");
  if (typeof prefix === "string") return prefix;
  throw invalidConfig("streams", `streams must be a name, an array of names, or { prefix }, not ${shown(streams)}.`);
};

const isList = (given: unknown): given is ReadonlyArray<string> => Array.isArray(given);

/** Each name once. */
const namesOf = (streams: unknown): ReadonlyArray<string> => {
  const names = isList(streams) ? streams : [streams];
  return [...new Set(names.map((name) => checkStream(name)))];
};

export const checkStream = (stream: unknown): string => {
  if (typeof stream !== "string" || stream === "")
    throw invalidConfig("stream", `A target is a text that is not empty, not ${shown(stream)}.`);
  return checkKey("stream", stream);
};
