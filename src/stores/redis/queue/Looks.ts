/**
 * Looks at the places where consumers wait, in their stead: many places by one call, each of them every two seconds, when
 * something changes there by time, and before the ownership of an exclusive queue ends. So a wake-up that was lost costs no
 * more than that. The server's own time-outs overshoot by up to 70 ms; one timer of ours serves all places.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import type { Connection } from "../connection/Connection.js";
import { type Looked, lookScript } from "./leaseScripts.js";
import type { Place, Waiter } from "./Place.js";

/** How long a place is not looked at (milliseconds): bounds for how long a lost wake-up delays a message. */
const PERIOD_MS = 2_000;
/** What is due later than this after its latest look is looked at along with others (milliseconds). */
const ALONG_MS = 1_500;
/** Something was ready and its wake-up did not come: the next look tells whether it is lost (milliseconds). */
const READY_AGAIN_MS = 200;
const LOOK_MS_MIN = 1;
/** So many places are looked at in one call, some 2 ms of the server's time. */
const ENTRIES_MAX = 250;

export interface LooksContext {
  readonly connection: Pick<Connection, "run">;
  readonly scheduler: SchedulerLike;
  readonly given: () => string;
  /** By their lists. Those that are of no use any more are taken out. */
  readonly places: Map<string, Place>;
  /** The server told its time. */
  readonly heard: (serverMs: number) => void;
  /** Something is ready for this consumer. */
  readonly ask: (place: Place, waiter: Waiter) => void;
  /** It owns the queue no more. */
  readonly standBy: (place: Place, waiter: Waiter, changeMs: number | undefined) => void;
}

interface Entry {
  readonly place: Place;
  readonly waiter: Waiter;
}

export class Looks {
  private timer: Subscription | undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;

  constructor(private readonly context: LooksContext) {}

  /** What a consumer that came to a place knows of it: the ms until it changes by time. */
  arm(place: Place, waiter: Waiter, changeMs: number | undefined): void {
    const nowMs = this.context.scheduler.now();
    const alone = place.waiters.size === 1;
    place.lookedMs = nowMs;
    place.changeAtMs = nowMs + (changeMs ?? Number.POSITIVE_INFINITY);
    const atMs = nowMs + nextMs(place, waiter, changeMs);
    this.lookAt(place, alone ? atMs : Math.min(place.lookAtMs, atMs));
  }

  stop(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  private lookAt(place: Place, atMs: number): void {
    place.lookAtMs = atMs;
    if (!place.looking) this.wakeAt(atMs);
  }

  private wakeAt(atMs: number): void {
    const { scheduler } = this.context;
    if (this.timer !== undefined && this.timerAtMs <= atMs) return;
    this.timer?.unsubscribe();
    this.timerAtMs = atMs;
    this.timer = scheduler.schedule(() => this.look(), Math.max(LOOK_MS_MIN, Math.ceil(atMs - scheduler.now())));
  }

  private look(): void {
    this.timer = undefined;
    const nowMs = this.context.scheduler.now();
    let nextAtMs = Number.POSITIVE_INFINITY;
    const batches = new Map<string, Array<Entry>>();
    for (const place of this.context.places.values()) {
      if (place.isEmpty && !place.listened) this.context.places.delete(place.list);
      if (place.isEmpty || place.looking) continue;
      if (place.lookAtMs > nowMs && place.lookedMs > nowMs - ALONG_MS) {
        nextAtMs = Math.min(nextAtMs, place.lookAtMs);
        continue;
      }
      place.looking = true;
      place.lookAtMs = Number.POSITIVE_INFINITY;
      for (const waiter of place.lookers) this.gather(batches, { place, waiter });
    }
    for (const entries of batches.values()) this.call(entries);
    if (nextAtMs < Number.POSITIVE_INFINITY) this.wakeAt(nextAtMs);
  }

  /** Those that can be looked at by one call: nearly all, as a rule. */
  private gather(batches: Map<string, Array<Entry>>, entry: Entry): void {
    const kind = `${entry.waiter.owner === "" ? "" : "="}${entry.waiter.leaseMs}`;
    const batch = batches.get(kind);
    if (batch === undefined) {
      batches.set(kind, [entry]);
      return;
    }
    batch.push(entry);
    if (batch.length < ENTRIES_MAX) return;
    batches.delete(kind);
    this.call(batch);
  }

  private call(entries: ReadonlyArray<Entry>): void {
    const { connection, given } = this.context;
    const leaseMs = entries[0]?.waiter.leaseMs ?? 0;
    const owners = entries[0]?.waiter.owner === "" ? [] : entries.map(({ waiter }) => waiter.owner);
    const over = (each: (entry: Entry, i: number) => void): void => {
      for (const { place } of entries) place.looking = false;
      entries.forEach(each);
      for (const { place } of entries) if (!place.isEmpty) this.wakeAt(place.lookAtMs);
    };
    connection.run(
      lookScript,
      { given: given(), leaseMs, queues: entries.map(({ place }) => place.queue), owners },
      {
        done: ({ nowMs, looked }) => {
          this.context.heard(nowMs);
          over((entry, i) => this.told(entry, looked[i]));
        },
        // Who asks is told what is wrong; who waits goes on.
        failed: () => over((entry) => this.told(entry, undefined)),
      },
    );
  }

  private told({ place, waiter }: Entry, looked: Looked | undefined): void {
    if (looked === undefined) return this.again(place, PERIOD_MS);
    const { ask, standBy, scheduler } = this.context;
    const nowMs = scheduler.now();
    // It may have been woken meanwhile. What was found holds for those behind it too.
    const waits = place.waiters.has(waiter);
    place.lookedMs = nowMs;
    place.changeAtMs = nowMs + (looked.state === "ready" ? 0 : (looked.changeMs ?? Number.POSITIVE_INFINITY));
    switch (looked.state) {
      case "waits":
        place.ready = false;
        return this.again(place, nextMs(place, waiter, looked.changeMs));
      case "stands by":
        this.again(place, nextMs(place, waiter, looked.changeMs));
        if (waits && !place.standsBy) standBy(place, waiter, looked.changeMs);
        return undefined;
      case "ready":
        this.again(place, READY_AGAIN_MS);
        // A wake-up was sent, which one consumer gets, here or elsewhere; where that was in vain, or cannot help, one asks.
        if (waits && (waiter.owner !== "" || place.ready)) ask(place, waiter);
        else place.ready = true;
        return undefined;
    }
  }

  private again(place: Place, afterMs: number): void {
    place.lookAtMs = Math.min(place.lookAtMs, this.context.scheduler.now() + afterMs);
  }
}

/** An owner that waits keeps its ownership by being looked after. */
const nextMs = ({ standsBy }: Place, { owner, leaseMs }: Waiter, changeMs: number | undefined): number => {
  const keepsMs = owner === "" || standsBy ? PERIOD_MS : leaseMs / 3;
  return Math.max(LOOK_MS_MIN, Math.min(changeMs ?? PERIOD_MS, keepsMs, PERIOD_MS));
};
