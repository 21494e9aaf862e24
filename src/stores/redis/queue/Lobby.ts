/**
 * The consumers of one process that wait, each at a place: one for each list of wake-ups.
 *
 * ```text
 *             wait                      a reader brings a message or a wake-up; a look finds something
 *   asking ─────────▶ at a place ────────────────────────────────▶ the one that waits the longest is told
 *                      │  ▲ │
 *                      │  └─┘ owns the queue no more: at the place of those that stand by
 *                      │ leave
 *                      ▼ the last one of its place: nothing is handed over any more, the read ends
 * ```
 *
 * What a blocking read brings belongs to no certain consumer: it goes to the one that has waited the longest at that place, or
 * is given back where nobody waits. If the reply with a message is lost with its connection, the message comes back when its
 * lease ends, as after a crash.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { soon } from "../../../core/Clock.js";
import type { Connection } from "../connection/Connection.js";
import { Looks } from "./Looks.js";
import { endWaitScript, giveBackScript, type HandedOver, type LeaseReply, readHandedOver } from "./leaseScripts.js";
import { Place, type Waiter } from "./Place.js";
import { Readers } from "./Readers.js";

/** How much longer than other calls one that gives something back is tried while the server is out of reach (milliseconds). */
export const GIVE_BACK_MS_MAX = 60_000;
/** Reads are not ended more often than this (milliseconds): each new read names all its lists again. */
const TIDY_MS = 5;

export interface LobbyContext {
  /** For the small calls that must not wait: looks, giving back, ends of reads. */
  readonly connection: Pick<Connection, "run">;
  /** A new connection for blocking reads. */
  readonly connect: () => Connection;
  readonly endList: (serial: number) => string;
  readonly scheduler: SchedulerLike;
  readonly given: () => string;
}

export class Lobby {
  private readonly places = new Map<string, Place>();
  private readonly placeOf = new Map<Waiter, Place>();
  private readonly readers: Readers;
  private readonly looks: Looks;
  /** Places whose last consumer left, and whose queues do not know it yet. */
  private readonly quiet = new Set<Place>();
  private tidying: Subscription | undefined;
  private tidiedMs = Number.NEGATIVE_INFINITY;
  /** How far the server's time is ahead of ours. */
  private aheadMs = 0;

  constructor(private readonly context: LobbyContext) {
    const { connect: make, endList, connection, scheduler, given } = context;
    this.readers = new Readers({
      make,
      endList,
      stale: () => this.tidySoon(),
      taken: (place, text) => this.taken(place, text),
      failed: (places, cause) => this.failed(places, cause),
    });
    this.looks = new Looks({
      connection,
      scheduler,
      given,
      places: this.places,
      heard: (serverMs) => this.heard(serverMs),
      ask: (place, waiter) => this.wake(place, waiter),
      standBy: (place, waiter, changeMs) => {
        this.take(place, waiter);
        this.enter(waiter, true, changeMs);
      },
    });
  }

  /** The server's time, by what it told last. */
  get serverMs(): number {
    return this.context.scheduler.now() + this.aheadMs;
  }

  /** Lets a consumer wait that got this reply, without a message. */
  wait(waiter: Waiter, { nowMs, standsBy, changeMs }: LeaseReply): void {
    this.heard(nowMs);
    this.enter(waiter, standsBy, changeMs);
  }

  /** Takes a consumer off that waits no more. */
  leave(waiter: Waiter): void {
    const place = this.placeOf.get(waiter);
    if (place === undefined) return;
    this.take(place, waiter);
    if (!place.isEmpty) return;
    place.left = true;
    this.quiet.add(place);
    this.tidySoon();
  }

  /** Gives back a message, by its token, or passes on the wake-up of a queue. */
  giveBack(queue: string, token = "", standsBy = false): void {
    const { connection, given } = this.context;
    connection.run(
      giveBackScript,
      { queue, given: given(), token, standsBy },
      // If it is never answered, the lease ends by itself, and the other consumers look every two seconds.
      { done: () => undefined, failed: () => undefined, extraMs: GIVE_BACK_MS_MAX },
    );
  }

  /** Called when the store closes, and nobody waits any more: ends the reads now. */
  stop(): void {
    this.looks.stop();
    this.tidying?.unsubscribe();
    for (const place of this.places.values()) place.left = true;
    this.tidy();
  }

  /** Resolves once no read is under way, or after `msMax`. */
  idle(msMax: number): Promise<void> {
    return this.readers.idle(msMax);
  }

  close(): void {
    this.looks.stop();
    this.tidying?.unsubscribe();
    this.readers.close();
  }

  private heard(serverMs: number): void {
    this.aheadMs = serverMs - this.context.scheduler.now();
  }

  private enter(waiter: Waiter, standsBy: boolean, changeMs: number | undefined): void {
    const place = this.placeAt(waiter.queue, standsBy);
    this.placeOf.set(waiter, place);
    place.add(waiter);
    place.left = false;
    this.looks.arm(place, waiter, changeMs);
    if (!place.listened) this.readers.listen(place);
  }

  private placeAt(queue: string, standsBy: boolean): Place {
    const list = `${queue}${standsBy ? ":o" : ":w"}`;
    const known = this.places.get(list);
    if (known !== undefined) return known;
    const place = new Place(queue, standsBy, list);
    this.places.set(list, place);
    return place;
  }

  private take(place: Place, waiter: Waiter): void {
    this.placeOf.delete(waiter);
    place.waiters.delete(waiter);
    place.ready = false;
  }

  private wake(place: Place, waiter: Waiter): void {
    const nowMs = this.context.scheduler.now();
    const late = nowMs >= Math.min(place.changeAtMs, place.lookedMs + waiter.leaseMs);
    this.take(place, waiter);
    waiter.woken(late);
  }

  private taken({ queue, standsBy, list }: Place, text: string): void {
    // Since the read began, the place may have been given up and made again.
    const place = this.places.get(list);
    const waiter = place?.first;
    const handed = handedIn(text);
    if (place === undefined || waiter === undefined) this.giveBack(queue, handed?.lease.token, standsBy);
    else if (handed === undefined) this.wake(place, waiter);
    else {
      this.take(place, waiter);
      waiter.handed(handed);
    }
  }

  private failed(places: ReadonlyArray<Place>, cause: unknown): void {
    for (const place of places)
      for (const waiter of [...place.waiters]) {
        this.take(place, waiter);
        waiter.failed(cause);
      }
  }

  private tidySoon(): void {
    if (this.tidying !== undefined) return;
    const { scheduler } = this.context;
    const tidy = (): void => this.tidy();
    const sinceMs = scheduler.now() - this.tidiedMs;
    this.tidying = sinceMs >= TIDY_MS ? soon(scheduler, tidy) : scheduler.schedule(tidy, Math.ceil(TIDY_MS - sinceMs));
  }

  private tidy(): void {
    const { connection, scheduler } = this.context;
    this.tidying = undefined;
    this.tidiedMs = scheduler.now();
    const queues = [...this.quiet].filter(({ isEmpty }) => isEmpty).map(({ queue }) => queue);
    const ends = this.readers.takeStale();
    this.quiet.clear();
    if (queues.length + ends.length === 0) return;
    // If it is never answered, the tickets of these consumers lose their worth after a moment, and the reads end by themselves.
    connection.run(endWaitScript, { queues, ends }, { done: () => undefined, failed: () => undefined });
  }
}

/**
 * What was handed over by this text; undefined where it is a wake-up. A text that cannot be read counts as a wake-up: its message
 * comes back when its lease ends, to somebody who asks, and that call tells what is wrong with it.
 */
const handedIn = (text: string): HandedOver | undefined => {
  if (text.length < 2) return undefined;
  try {
    return readHandedOver(text);
  } catch {
    return undefined;
  }
};
