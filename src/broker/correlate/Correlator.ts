/** Correlates one lane in one run: decides who does, and reads pages of events, each written as messages with the checkpoint behind it. */
import { catchError, forkJoin, map, type Observable, of, type SchedulerLike, switchMap } from "rxjs";
import { randomOf } from "../../core/Random.js";
import { isSluiceError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import type { Stop } from "../../core/Stop.js";
import { atomically, type Write } from "../../core/Write.js";
import { QUIET_MS } from "../../log/leading.js";
import { unlessLost } from "../../log/readFeed.js";
import type { StoredEvent } from "../../port/LogPort.js";
import { activeOf, type Control, leftIn, priorityOf, replayedIn } from "../Control.js";
import type { Checkpoint } from "../Kept.js";
import type { Lane } from "../Lane.js";
import type { Reaction } from "../Reaction.js";
import { hasReached, isBehind, isSame, positionIn, withPosition } from "../vector.js";
import { type Agreed, agree } from "./agree.js";
import { catchUp, readCatchUp } from "./catchUp.js";
import { enqueueAll, type Messages, messagesOf } from "./Enqueueing.js";
import { firstHeadsLook, headsAreDue, leftMsOf, lookAtHeads, waitsForHeads } from "./emptying.js";
import { forgetLanes } from "./forgetting.js";
import { lackingIn, lacksSources, missingIn, nextCatchUp } from "./knowledge.js";
import { type EventPage, type PageRequest, Pages } from "./Pages.js";
import type { Lead, Look, Place, Ready, StandBy, Standing } from "./Place.js";
import { Room } from "./Room.js";
import { type Line, Routing } from "./Routing.js";
import { Straying } from "./Straying.js";
import { standing } from "./standing.js";
import type { CorrelatorEvent } from "./told.js";
import { typesIn } from "./typesIn.js";
import { type CorrelatorTurn, lookAgain, Watching } from "./Watching.js";
import { CONTROL_LOOK_MS, HEADS_SIGN_MS, LOOK_MS, PATIENCE_MS, SIGN_MS } from "./waits.js";

export interface CorrelatorOptions {
  readonly stop: Stop;
  /** What this run writes as its name. */
  readonly me: string;
  /** Ends at the end of the log, and where the lane is full; and waits for nobody. */
  readonly untilIdle: boolean;
  /** The most events of a page. */
  readonly pageSizeMax: number;
}

/** The most events of a page: what they make fits into one write as a rule. */
export const PAGE_COUNT = 500;

/** The end of a run. */
const over: CorrelatorTurn = { items: [], next: undefined };

export class Correlator {
  private readonly pages: Pages;
  private readonly routing: Routing;
  private readonly room: Room;
  private readonly watching: Watching;
  private readonly straying: Straying;
  private readonly scheduler: SchedulerLike;
  private wasFull = false;
  private lacked = "";

  constructor(
    readonly lane: Lane,
    readonly options: CorrelatorOptions,
  ) {
    const { store, sources, correlate, queueName, pendingMax, all } = lane;
    this.scheduler = store.scheduler;
    this.pages = new Pages(sources, { scheduler: this.scheduler, patient: !options.untilIdle });
    this.routing = new Routing(sources, all, correlate);
    this.room = new Room(store, queueName, pendingMax);
    this.straying = new Straying(lane);
    const { stop, me } = options;
    const { pages } = this;
    this.watching = new Watching(lane, { stop, pages, random: randomOf(me), begin: (found) => this.begin(found) });
  }

  /** One call, or a few that belong together. */
  readonly turn = (place: Place): Observable<CorrelatorTurn> => {
    const { stop } = this.options;
    switch (place.does) {
      case "look":
        return stop.isAsked ? of(over) : this.look(place);
      case "stand by":
        return stop.isAsked ? of(over) : this.watching.standBy(place);
      case "lead":
        return (stop.isAsked ? this.leave(place) : this.lead(place)).pipe(
          catchError((error: unknown) => {
            if (!isSluiceError(error) || error._tag !== "RecordConflict") throw error;
            this.room.forget();
            return of({ items: [], next: lookAgain(place.at) });
          }),
        );
    }
  };

  private look({ first, known = [] }: Look): Observable<CorrelatorTurn> {
    const { lane } = this;
    return forkJoin(lane.sources.map((source, i) => unlessLost(source, known[i]))).pipe(
      switchMap(() => agree({ ...lane, register: lane.all }, first ? "all" : "none")),
      switchMap((agreed) =>
        (first ? forgetLanes(lane, agreed) : of(false)).pipe(
          map((hasChanged) => (hasChanged ? { items: [], next: lookAgain(known) } : this.standingBy(agreed))),
        ),
      ),
    );
  }

  private standingBy({ control, moment, lanes }: Agreed): CorrelatorTurn {
    const { name, sources } = this.lane;
    const found = moment.lanes[lanes.indexOf(name)];
    const at = standing({ control, lane: name, found, sources: sources.length });
    return this.found({
      control,
      controlRevision: moment.control.revision,
      checkpoint: { at, by: found?.value?.by, lacks: found?.value?.lacks ?? false },
      revision: found?.revision,
    });
  }

  /** Whoever wrote last goes on; where that one has stopped, or knows less than this program, whoever comes first. */
  private found(found: Standing): CorrelatorTurn {
    const { by, lacks, at } = found.checkpoint;
    const missing = missingIn(this.lane, found.control);
    const knowsAll = missing.length === 0 && !lacksSources(this.lane, at);
    const isFree = by === undefined || by === this.options.me || (lacks && knowsAll);
    const told: ReadonlyArray<CorrelatorEvent> = this.tell(missing);
    if (isFree || this.options.untilIdle) return { items: told, next: this.begin(found) };
    return { items: [...told, { _tag: "StandsBy" }], next: this.standBy(found) };
  }

  private standBy(standing: Standing): StandBy {
    return { does: "stand by", standing, untilMs: undefined, sinceMs: this.scheduler.now() };
  }

  /** Once, and again where it has changed. */
  private tell(missing: ReadonlyArray<string>): ReadonlyArray<CorrelatorEvent> {
    const names = missing.join("\n");
    if (names === this.lacked) return [];
    this.lacked = names;
    return missing.length === 0 ? [] : [{ _tag: "Lacks", reactions: missing }];
  }

  private begin(found: Standing): Lead {
    return {
      does: "lead",
      standing: found,
      at: found.checkpoint.at,
      caughtUp: false,
      writtenAtMs: this.scheduler.now(),
      rest: undefined,
      catchingUp: undefined,
      catchesUp: activeOf(found.control, this.lane.name) !== undefined,
      heads: firstHeadsLook(this.scheduler.now()),
    };
  }

  private lead(at: Lead): Observable<CorrelatorTurn> {
    const { control, checkpoint } = at.standing;
    const lacking = lackingIn(this.lane, control);
    if (lacking.length > 0) return this.leaveBehind(at, lacking);
    if (!this.options.untilIdle && this.straying.isDue(control)) return this.takeBack(at);
    if (headsAreDue(this.lane, at)) return lookAtHeads(this.lane, at).pipe(map((next) => ({ items: [], next })));
    const next = nextCatchUp(this.lane, control, checkpoint.at);
    if (next === undefined) return this.take({ ...at, catchingUp: undefined });
    if (at.catchingUp?.of.id !== next.id)
      return readCatchUp(this.lane, control, next).pipe(
        map((catchingUp) => ({ items: [], next: { ...at, catchingUp } })),
      );
    if (!at.catchesUp) return this.take({ ...at, catchesUp: true });
    const then = { ...at, catchesUp: false };
    // What is full may be so since the line of a target that is replayed was not emptied yet.
    return at.catchingUp.begun ? this.whereThereIsRoom(then, () => this.catchUp(then)) : this.catchUp(then);
  }

  /** Reactions of this lane that were moved to one that nobody attends. */
  private takeBack(at: Lead): Observable<CorrelatorTurn> {
    const { lane } = this;
    return this.straying.look(at.standing.control, at.at).pipe(
      switchMap((names): Observable<CorrelatorTurn> => {
        if (names.length === 0) return of({ items: [], next: at });
        const moved$ = agree({ ...lane, register: lane.all }, names);
        return moved$.pipe(map(() => ({ items: [], next: lookAgain(at.at) })));
      }),
    );
  }

  private catchUp(at: Lead): Observable<CorrelatorTurn> {
    const { lane, routing, room } = this;
    const { pageSizeMax, untilIdle } = this.options;
    const limit = Math.min(pageSizeMax, room.left);
    return catchUp({ lane, routing, limit, patienceMs: untilIdle ? 0 : PATIENCE_MS }, at).pipe(
      map(({ next, messages, of: caughtUp }) => {
        room.added(messages);
        const events = caughtUp.events.length;
        const position = positionIn(next.standing.checkpoint.at);
        return { items: events === 0 ? [] : [{ _tag: "Correlated", events, messages, position, of: caughtUp }], next };
      }),
    );
  }

  /** A page of the lane, or what is left of one, up to what one write holds. */
  private take(at: Lead): Observable<CorrelatorTurn> {
    return this.whereThereIsRoom(at, () => {
      const { rest } = at;
      // What was read for another control may lack the types of a reaction that has joined.
      const ready$ = rest?.by === at.standing.control ? of(rest) : this.watching.unlessChanged(this.next(at));
      return ready$.pipe(
        switchMap((ready): Observable<CorrelatorTurn> => {
          if (ready === undefined) return of({ items: [], next: this.options.stop.isAsked ? at : lookAgain(at.at) });
          return ready.page.events.length === 0 ? this.passed(at, ready.page) : this.some(at, ready);
        }),
      );
    });
  }

  private whereThereIsRoom(at: Lead, go: () => Observable<CorrelatorTurn>): Observable<CorrelatorTurn> {
    return this.room.fullBy().pipe(
      switchMap((pending) => {
        if (pending === undefined) {
          this.wasFull = false;
          return go();
        }
        const items: ReadonlyArray<CorrelatorEvent> = this.wasFull ? [] : [{ _tag: "Full", pending }];
        this.wasFull = true;
        if (this.options.untilIdle) return of({ items, next: undefined });
        // An empty line makes room, and so does whoever handles what is pending.
        return this.options.stop.pause(LOOK_MS).pipe(map(() => ({ items, next: { ...at, catchesUp: true } })));
      }),
    );
  }

  private next(lead: Lead): Observable<Ready> {
    const { at, writtenAtMs } = lead;
    const { checkpoint } = lead.standing;
    const untilDueMs = isSame(at, checkpoint.at)
      ? CONTROL_LOOK_MS
      : Math.max(1, Math.ceil(writtenAtMs + QUIET_MS - this.scheduler.now()));
    const limit = Math.min(this.options.pageSizeMax, this.room.left);
    return this.read(lead, { limit, waitMsMax: this.waitMsOf(lead, untilDueMs) });
  }

  private read({ at: after, standing }: Lead, how: Pick<PageRequest, "limit" | "waitMsMax">): Observable<Ready> {
    const { control: by } = standing;
    const types = typesIn(this.lane, by);
    return this.pages.page({ after, types, ...how }).pipe(map((page) => ({ by, page, messages: undefined })));
  }

  /**
   * The next page with its messages, while the one before it is written: so the server and this process work at once. Undefined where
   * there is none, no room for it, or it could not be read: the next turn reads anew then, and tells what is wrong.
   */
  private ahead(lead: Lead, adding: number): Observable<Ready | undefined> {
    const limit = Math.min(this.options.pageSizeMax, this.room.left - adding);
    if (lead.caughtUp || lead.rest !== undefined || limit < 1) return of(undefined);
    return this.read(lead, { limit, waitMsMax: 0 }).pipe(
      switchMap((ready) => this.messagesOf(lead, ready).pipe(map((messages) => ({ ...ready, messages })))),
      catchError(() => of(undefined)),
    );
  }

  /** A catch-up that goes on takes turns with the lane, so nobody waits then. */
  private waitMsOf(lead: Lead, untilDueMs: number): number {
    const { caughtUp, catchingUp } = lead;
    if (!caughtUp || this.options.untilIdle) return 0;
    if (catchingUp === undefined) return Math.max(1, Math.min(untilDueMs, leftMsOf(this.lane, lead) ?? untilDueMs));
    return catchingUp.waits ? Math.min(untilDueMs, LOOK_MS) : 0;
  }

  /** Nothing that is wanted up to there. That is stored now and then. */
  private passed(at: Lead, page: EventPage): Observable<CorrelatorTurn> {
    const { checkpoint } = at.standing;
    const next: Lead = { ...at, at: page.at, caughtUp: page.caughtUp, rest: undefined };
    const isMoved = !isSame(page.at, checkpoint.at);
    const { untilIdle } = this.options;
    const sinceMs = this.scheduler.now() - at.writtenAtMs;
    const isDue = untilIdle || sinceMs >= (isMoved ? QUIET_MS : this.signMsOf(at));
    const told: CorrelatorTurn = { items: page.caughtUp && !at.caughtUp ? [{ _tag: "CaughtUp" }] : [], next };
    const ended = page.caughtUp && untilIdle && !this.goesOn(next);
    const end: CorrelatorTurn = ended ? { ...told, next: undefined } : told;
    if (isDue && (isMoved || !untilIdle))
      return this.written(next, []).pipe(map((next) => ({ ...end, next: ended ? undefined : next })));
    const hasWaited = at.caughtUp && page.caughtUp && !isMoved;
    return hasWaited && !untilIdle ? this.watching.afterLook(at.standing, end) : of(end);
  }

  /** After so long a process that writes nothing shows that it is there. */
  private signMsOf({ catchingUp, standing }: Lead): number {
    if (catchingUp !== undefined) return SIGN_MS;
    return waitsForHeads(this.lane, standing.control) ? HEADS_SIGN_MS : Number.POSITIVE_INFINITY;
  }

  /** Whether there is a catch-up that this process can bring forward by itself; one that waits for the lane, once the lane is there. */
  private goesOn({ catchingUp, at }: Lead): boolean {
    if (catchingUp === undefined || !catchingUp.waits) return catchingUp !== undefined;
    return "reactions" in catchingUp.of.of && hasReached(at, catchingUp.at);
  }

  private some(at: Lead, ready: Ready): Observable<CorrelatorTurn> {
    return this.messagesOf(at, ready).pipe(switchMap((messages) => this.enqueued(at, ready, messages)));
  }

  /** The messages of a page that begins where the lane has come to. */
  private messagesOf({ at: before }: Lead, { by, page, messages }: Ready): Observable<Messages> {
    if (messages !== undefined) return of(messages);
    const { store, queueName: queue, name } = this.lane;
    const { source, events } = page;
    const replayed = replayedIn(by, name);
    const goesOn = ({ target }: Line): boolean => !replayed.has(target);
    return this.routing.route({ source, events, wants: this.wants(by, source) }).pipe(
      map((routed) => {
        const lines = replayed.size === 0 ? routed : routed.map((own) => own.filter(goesOn));
        return messagesOf({
          ...{ store, queue, source, events, lines, before },
          mark: undefined,
          priorityOf: (target) => priorityOf(by, target),
        });
      }),
    );
  }

  private enqueued(at: Lead, { by, page }: Ready, messages: Messages): Observable<CorrelatorTurn> {
    const { source, events } = page;
    const isWhole = messages.events === events.length;
    const position = isWhole ? page.at[source] : events[messages.events - 1]?.position;
    const next: Lead = {
      ...at,
      at: withPosition(at.at, source, position),
      caughtUp: isWhole && page.caughtUp,
      rest: isWhole ? undefined : { by, page: { ...page, events: events.slice(messages.events) }, messages: undefined },
    };
    const parts = messages.steps.length === 0 ? [] : [enqueueAll(this.lane.store, messages.steps)];
    return forkJoin([this.ahead(next, messages.steps.length), this.written(next, parts)]).pipe(
      map(([ahead, written]) => {
        this.room.added(messages.steps.length);
        const correlated: CorrelatorEvent = {
          _tag: "Correlated",
          events: messages.events,
          messages: messages.steps.length,
          position: positionIn(written.at),
          of: { source, events: events.slice(0, messages.events) },
        };
        const items = written.caughtUp && !at.caughtUp ? [correlated, { _tag: "CaughtUp" } as const] : [correlated];
        return { items, next: { ...written, rest: written.rest ?? ahead } };
      }),
    );
  }

  /** One write: all of it, or nothing where what is stored is not what it was made upon. */
  private written(next: Lead, parts: ReadonlyArray<Write<unknown>>): Observable<Lead> {
    const { kept, name } = this.lane;
    const { controlRevision, revision } = next.standing;
    const checkpoint = this.checkpointAt(next);
    return atomically([kept.putLane(name, checkpoint, revision), kept.checkControl(controlRevision), ...parts]).pipe(
      map(([now]) => ({
        ...next,
        standing: { ...next.standing, checkpoint, revision: now },
        writtenAtMs: this.scheduler.now(),
      })),
    );
  }

  /** A run until all is idle leaves the place to others with each write. */
  private checkpointAt({ at, standing }: Pick<Lead, "at" | "standing">): Checkpoint {
    const { me, untilIdle } = this.options;
    return {
      at,
      by: untilIdle ? undefined : me,
      lacks: missingIn(this.lane, standing.control).length > 0 || lacksSources(this.lane, at),
    };
  }

  /** Which of the lane's reactions see an event that comes now. */
  private wants(control: Control, source: number): (reaction: Reaction, event: StoredEvent) => boolean {
    const { name: lane } = this.lane;
    const left = leftIn(control, lane);
    return ({ name }, { position }) => {
      const there = control.reactions[name];
      return there !== undefined && there.lane === lane && !left.has(name) && isBehind(there.since, source, position);
    };
  }

  /** Reactions that only another version of the program has: they are caught up from here by a process that has them. */
  private leaveBehind(at: Lead, reactions: ReadonlyArray<string>): Observable<CorrelatorTurn> {
    const { kept, name: lane, store } = this.lane;
    const { control, controlRevision, checkpoint, revision } = at.standing;
    const left = { id: idFrom(store), lane, of: { reactions }, from: checkpoint.at };
    const lacks = this.checkpointAt({ at: checkpoint.at, standing: at.standing });
    return atomically([
      kept.putControl({ ...control, catchUps: [...control.catchUps, left] }, controlRevision),
      kept.putLane(lane, lacks, revision),
    ]).pipe(map(() => ({ items: [], next: lookAgain(checkpoint.at) })));
  }

  /** Stores how far it has come, and leaves the place to others. */
  private leave(at: Lead): Observable<CorrelatorTurn> {
    const { kept, name } = this.lane;
    const { checkpoint, revision, controlRevision } = at.standing;
    if (isSame(at.at, checkpoint.at) && checkpoint.by !== this.options.me) return of(over);
    const last: Checkpoint = { ...checkpoint, at: at.at, by: undefined };
    return atomically([kept.putLane(name, last, revision), kept.checkControl(controlRevision)]).pipe(map(() => over));
  }
}
