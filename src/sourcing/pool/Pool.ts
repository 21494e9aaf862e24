/**
 * Keeps values by their ids, a mailbox to each, and gives up those that were not used for longest. It knows nothing of what the values
 * are: works load and change them.
 *
 * Works of one id run one after the other, those of different ids at the same time. So a value is loaded once for all who wait for it,
 * and nobody changes it meanwhile. What is busy never leaves; when there are too many, the least recently used of the others do.
 */
import type { SchedulerLike } from "rxjs";
import { unhurried } from "../../core/Clock.js";
import { Deadlines } from "../../core/Deadlines.js";
import { type Effect, effect } from "../../core/Effect.js";
import type { SluiceError } from "../../core/SluiceError.js";
import { Place, type PlaceOwner, type Slot, type SlotWork } from "./Place.js";

/** Why a value left the pool: for room, since nobody used it, or for a reason of its own. */
export type LeftBecause<B extends string> = "least recently used" | "idle" | B;

export interface PoolOptions<T, B extends string> {
  readonly scheduler: SchedulerLike;
  /** The most values; more while more are busy. 0 keeps nothing. */
  readonly sizeMax: number;
  /** Milliseconds after its last work; `Infinity` is never. */
  readonly idleMs: number;
  /** Why a value need not be kept; undefined where it should be. */
  readonly doneBecause: (value: T, id: string) => B | undefined;
  /**
   * Called once for each value that leaves. Not for one that was done when it was loaded, and was only looked at: when it became so it
   * was told.
   */
  readonly onLeft: (left: Left<T, B>) => void;
}

export interface Left<T, B extends string> {
  readonly id: string;
  readonly value: T;
  readonly because: LeftBecause<B>;
}

/** What the pool of this process did so far. */
export interface PoolStats {
  /** How many values it has now. */
  readonly size: number;
  /** Works that found a value, and those that had to load it. */
  readonly hits: number;
  readonly misses: number;
  /** How many values left. */
  readonly evictions: number;
}

export class Pool<T, B extends string> {
  private readonly places = new Map<string, Place<T>>();
  /** Those at rest. The first was not used for longest, and falls due first. */
  private readonly atRest: Deadlines<Place<T>>;
  private readonly owner: PlaceOwner<T>;
  private size = 0;
  private hits = 0;
  private misses = 0;
  private evictions = 0;

  constructor(private readonly options: PoolOptions<T, B>) {
    this.atRest = new Deadlines({
      scheduler: unhurried(options.scheduler),
      afterMs: options.idleMs,
      onDue: (place) => this.evict(place, "idle"),
    });
    this.owner = {
      onBegin: (found) => {
        if (found) this.hits += 1;
        else this.misses += 1;
      },
      onFilled: (place) => this.filled(place),
      onLearned: (place) => {
        this.wake(place);
        this.rest(place);
      },
      onRest: (place) => this.rest(place),
    };
  }

  /** Does this with the id, after all that was asked for before. Unsubscribing takes back what has not begun, and ends what has. */
  run<A, E extends SluiceError>(id: string, work: (slot: Slot<T>) => Effect<A, E>): Effect<A, E> {
    return effect((asker) => this.placeOf(id).add(work as SlotWork<T, A>, asker));
  }

  /** What is known of the id, for whoever learned more of it elsewhere; undefined where it has no place. */
  peek(id: string): Slot<T> | undefined {
    return this.places.get(id);
  }

  stats(): PoolStats {
    const { size, hits, misses, evictions } = this;
    return { size, hits, misses, evictions };
  }

  /** The place of the id, no longer at rest. */
  private placeOf(id: string): Place<T> {
    const found = this.places.get(id);
    if (found === undefined) {
      const place = new Place<T>(id, this.owner);
      this.places.set(id, place);
      return place;
    }
    if (found.atRest) this.wake(found);
    return found;
  }

  private wake(place: Place<T>): void {
    place.atRest = false;
    this.atRest.remove(place);
  }

  private filled(place: Place<T>): void {
    this.size += 1;
    place.doneAtFirst = place.known === undefined ? undefined : this.options.doneBecause(place.known, place.id);
    this.makeRoom();
  }

  private rest(place: Place<T>): void {
    const { known } = place;
    if (known === undefined) {
      this.places.delete(place.id);
      return;
    }
    const because = this.options.doneBecause(known, place.id);
    if (because === undefined) {
      // It has come back to life, so its next end is news.
      place.doneAtFirst = undefined;
      place.atRest = true;
      this.atRest.add(place);
      this.makeRoom();
    } else if (because === place.doneAtFirst) this.forget(place);
    else this.leave(place, known, because);
  }

  private makeRoom(): void {
    while (this.size > this.options.sizeMax) {
      const oldest = this.atRest.shift();
      if (oldest === undefined) return;
      this.evict(oldest, "least recently used");
    }
  }

  /** Of a place that is out of the chain. */
  private evict(place: Place<T>, because: "least recently used" | "idle"): void {
    place.atRest = false;
    if (place.known !== undefined) this.leave(place, place.known, because);
  }

  private leave(place: Place<T>, value: T, because: LeftBecause<B>): void {
    this.forget(place);
    this.evictions += 1;
    this.options.onLeft({ id: place.id, value, because });
  }

  private forget(place: Place<T>): void {
    this.places.delete(place.id);
    this.size -= 1;
    this.atRest.rest();
  }
}
