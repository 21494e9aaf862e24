/** The line of one target, by hand. */
import { right } from "fp-ts/lib/Either.js";
import {
  catchError,
  defer,
  distinctUntilChanged,
  filter,
  map,
  merge,
  Observable,
  of,
  type Subject,
  switchMap,
  take,
  tap,
  timer,
} from "rxjs";
import { failingWith, fromOne } from "../../core/Effect.js";
import { showing } from "../../core/inspecting.js";
import type { Message } from "../../core/Message.js";
import type { MessageId } from "../../core/MessageId.js";
import { Block, type Outcome } from "../../core/Outcome.js";
import type { Position } from "../../core/Position.js";
import {
  type DecodeRefused,
  isSluiceError,
  type ReadError,
  type RecordConflict,
  type WriteError,
} from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import { atomically, Write } from "../../core/Write.js";
import { callsOf, type Turn } from "../../log/callsOf.js";
import { refusalOf } from "../../log/decodePage.js";
import type { Recorded } from "../../log/recorded.js";
import type { StoredEvent } from "../../port/LogPort.js";
import { shortDigest } from "../../sourcing/commands/digest.js";
import { standing } from "../correlate/standing.js";
import type { Holding } from "../deliver/Holding.js";
import { queueOf } from "../names.js";
import { type Pending, payloadOf } from "../Pending.js";
import { PendingEvents } from "../PendingEvents.js";
import { type Place, type Readable, standingIn } from "../position.js";
import type { Reaction } from "../Reaction.js";
import { hasReached, isBehind, positionIn, textOf, vectorOf } from "../vector.js";
import type { Leased } from "./Leased.js";
import type { StreamQueue, StreamState } from "./StreamQueue.js";

/** What all lines of a queue store share. */
export interface ByHand extends Readable {
  readonly name: string;
  readonly leased: Leased;
  /** What is left to other programs. */
  readonly holding: Holding;
  /** Told of each target whose line was changed here. */
  readonly changed$: Subject<string>;
  readonly lanesOf: (stream: string) => ReadonlyArray<Place>;
  readonly reactionsOf: (names: ReadonlyArray<string>) => ReadonlyArray<Reaction>;
}

/** How often it is looked whether others have changed it. */
const LOOK_MS = 1_000;

export const streamQueueOf = (byHand: ByHand, stream: string): StreamQueue<unknown> => {
  const { leased, changed$ } = byHand;
  const state = (): Observable<StreamState> =>
    defer(() => standingIn(byHand, byHand.lanesOf(stream), stream)).pipe(
      map(({ at, blocked }) => ({ position: positionIn(at), blocked })),
    );
  const settle = (of$: Leased$, outcome: (message: Message<Pending>) => Observable<Outcome>): Observable<boolean> =>
    of$ === undefined
      ? of(false)
      : outcome(of$.message).pipe(
          map(() => true),
          catchError((error: unknown) => {
            if (isSluiceError(error) && (error._tag === "LeaseLost" || error._tag === "AlreadySettled"))
              return of(false);
            throw error;
          }),
          tap(() => {
            leased.remove(stream, of$.lane);
            changed$.next(stream);
          }),
        );
  const ack = (position: Position, dequeue: boolean): Observable<boolean> => {
    if (!dequeue)
      return standingIn(byHand, byHand.lanesOf(stream), stream).pipe(
        map(({ at }) => hasReached(at, vectorOf(position, byHand.sources.length))),
      );
    const next = leased.of(stream);
    return settle(next?.message.data.event.position === position ? next : undefined, (message) => message.ack);
  };
  const face: StreamQueue<unknown> = {
    stream,
    state: () => failingWith<ReadError | DecodeRefused>()(fromOne(state())),
    state$: stateOf(byHand, stream, state),
    next: () => failingWith<ReadError | DecodeRefused>()(fromOne(defer(() => nextOf(byHand, leased.of(stream))))),
    enqueue: (recorded, reaction) =>
      failingWith<WriteError | RecordConflict | DecodeRefused>()(
        fromOne(defer(() => enqueue(byHand, stream, { recorded, reaction })).pipe(tap(() => changed$.next(stream)))),
      ),
    ack: (position, dequeue = true) =>
      failingWith<WriteError | DecodeRefused>()(fromOne(defer(() => ack(position, dequeue)))),
    block: (cause) =>
      failingWith<WriteError>()(
        fromOne(defer(() => settle(leased.of(stream), (message) => message.settle(Block({ cause, scope: "key" }))))),
      ),
  };
  return showing(face, "StreamQueue", { stream });
};

type Leased$ = ReturnType<Leased["of"]>;

const stateOf = (
  { store, changed$ }: ByHand,
  stream: string,
  state: () => Observable<StreamState>,
): Observable<StreamState> =>
  new Observable((subscriber) => {
    /** Whether it was changed here since the last read began. */
    let isChanged = false;
    const mine$ = changed$.pipe(filter((changed) => changed === stream));
    subscriber.add(
      mine$.subscribe(() => {
        isChanged = true;
      }),
    );
    const pause = (): Observable<unknown> =>
      isChanged ? of(undefined) : merge(timer(LOOK_MS, store.scheduler), mine$).pipe(take(1));
    const call = (isFirst: boolean): Observable<Turn<boolean, StreamState>> => {
      const when$: Observable<unknown> = isFirst ? of(undefined) : pause();
      return when$.pipe(
        switchMap(() => {
          isChanged = false;
          return state();
        }),
        map((next) => ({ items: [next], next: false })),
      );
    };
    return callsOf<boolean, StreamState>(store, { start: true, call, live: true })
      .pipe(distinctUntilChanged((one, other) => one.position === other.position && one.blocked === other.blocked))
      .subscribe(subscriber);
  });

const nextOf = ({ sources, reactionsOf }: ByHand, leased: Leased$): Observable<Recorded<unknown> | undefined> => {
  if (leased === undefined) return of(undefined);
  const { data } = leased.message;
  return new PendingEvents(sources).show(data, reactionsOf(data.reactions)).pipe(
    map((ours) => {
      if (ours._tag === "Malformed") throw refusalOf(ours);
      return ours;
    }),
  );
};

interface Enqueueing {
  readonly recorded: Recorded<unknown>;
  readonly reaction: Reaction;
}

/** The event as it is stored, and which source has it. */
interface InLog {
  readonly stored: StoredEvent;
  readonly source: number;
}

/** Reads the event again, since what is stored is what stands in lines. */
const enqueue = (byHand: ByHand, stream: string, enqueueing: Enqueueing): Observable<boolean> =>
  inLog(byHand, enqueueing.recorded, 0).pipe(
    switchMap((found) =>
      found === undefined ? of(false) : put(byHand, { ...enqueueing, ...found, stream }, CONFLICTS_MAX),
    ),
  );

const inLog = (
  { sources }: Pick<ByHand, "sources">,
  recorded: Recorded<unknown>,
  source: number,
): Observable<InLog | undefined> => {
  const store = sources[source];
  if (store === undefined) return of(undefined);
  const { stream, version, id } = recorded;
  return store
    .readStream({ stream, after: version - 1, upTo: version, limit: 1, backwards: false })
    .pipe(
      switchMap(({ events: [stored] }) =>
        stored?.id === id ? of({ stored, source }) : inLog({ sources }, recorded, source + 1),
      ),
    );
};

/** So often a lane may move on between the read and the write. */
const CONFLICTS_MAX = 100;

interface Putting extends InLog {
  readonly reaction: Reaction;
  readonly stream: string;
}

/** What the lane stands for is the mark, so it must not move between the two. */
const put = (byHand: ByHand, putting: Putting, left: number): Observable<boolean> => {
  const { kept, store, sources, name } = byHand;
  const { stream, stored, source, reaction } = putting;
  const { lane } = reaction;
  const queueName = queueOf(name, lane);
  return kept.read({ lanes: [lane], catchUps: [] }).pipe(
    switchMap((moment) =>
      standingIn(byHand, [{ name: lane, queueName }], stream).pipe(
        switchMap(({ at }) => {
          if (!isBehind(at, source, stored.position)) return of(false);
          const found = moment.lanes[0];
          const mark = textOf(standing({ control: moment.control.value, lane, found, sources: sources.length }));
          const pending = { source, reactions: [reaction.name], fault: undefined, event: stored };
          const added = new Write<boolean>(
            () =>
              right({
                steps: [
                  {
                    _tag: "Enqueue",
                    queue: queueName,
                    id: idFrom(store) as MessageId,
                    payload: payloadOf(pending, 1),
                    key: stream,
                    headers: undefined,
                    delayMs: 0,
                    priority: 0,
                    expiresInMs: undefined,
                    dedupe: {
                      id: `${stored.id}/${shortDigest(JSON.stringify([reaction.name, stream]))}`,
                      windowMs: Number.POSITIVE_INFINITY,
                    },
                    mark,
                  },
                ],
                read: ([result]) => result?._tag === "Enqueued" && !result.duplicate,
              }),
            { target: store, settles: false },
          );
          return atomically([
            added,
            kept.checkLane(lane, found?.revision),
            kept.checkControl(moment.control.revision),
          ]).pipe(map(([isNew]) => isNew));
        }),
      ),
    ),
    catchError((error: unknown) => {
      if (left > 1 && isSluiceError(error) && error._tag === "RecordConflict") return put(byHand, putting, left - 1);
      throw error;
    }),
  );
};
