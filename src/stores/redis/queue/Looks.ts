/**
 * Looks at the queues of consumers that wait, in their stead, many places by one call. A place is looked at every two seconds,
 * when something changes there by time, and before the ownership of an exclusive queue ends. So a lost wake-up costs two seconds
 * at most. One timer of this process serves all places: the server's own time-outs come up to 70 ms late.
 *
 * Whoever gives a message back for a while asks again at once, and the wake-up for the others finds nothing ready so far. When the
 * message is due the server would wake whoever began to wait first, which is the one that gave it back, each time anew. So a
 * consumer that was woken in vain asks when something is due, and others look a moment later.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import type { Connection } from "../connection/Connection.js";
import { type Looked, lookScript } from "./leaseScripts.js";
import type { Place, Waiter } from "./Place.js";

/** How often a place is looked at (milliseconds): bounds for how long a lost wake-up delays a message. */
const PERIOD_MS = 2_000;
/** A place whose latest look is older than this is looked at along with others that are due (milliseconds). */
const ALONG_MS = 1_500;
/** After how long a place is looked at again where something was ready: the wake-up came by then, or is lost (milliseconds). */
const READY_AGAIN_MS = 200;
const LOOK_MS_MIN = 1;
/** How much later than due a consumer looks that was not woken for it (milliseconds). */
const GRACE_MS = 5;
/** How many places one call looks at: some 2 ms of the server's time. */
const ENTRIES_MAX = 250;

export interface LooksContext {
  readonly connection: Pick<Connection, "run">;
  readonly scheduler: SchedulerLike;
  readonly given: () => string;
  /** The places, by their lists. Those that nobody uses any more are deleted here. */
  readonly places: Map<string, Place>;
  /** Called when the server told its time. */
  readonly heard: (serverMs: number) => void;
  /** Called when something is ready for this consumer. */
  readonly ask: (place: Place, waiter: Waiter) => void;
  /** Called when this consumer owns the queue no more. */
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

  /** Notes what a consumer that comes to a place knows of it: in how many ms something changes there by time. */
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
    const due: Array<Entry> = [];
    for (const place of this.context.places.values()) {
      if (place.isEmpty && !place.listened) this.context.places.delete(place.list);
      if (place.isEmpty || place.looking) continue;
      if (place.lookAtMs > nowMs && place.lookedMs > nowMs - ALONG_MS) {
        nextAtMs = Math.min(nextAtMs, place.lookAtMs);
        continue;
      }
      const { first } = place;
      if (first?.inVain === true && first.owner === "" && place.changeAtMs <= nowMs) {
        place.lookAtMs = nowMs + READY_AGAIN_MS;
        nextAtMs = Math.min(nextAtMs, place.lookAtMs);
        due.push({ place, waiter: first });
        continue;
      }
      place.looking = true;
      place.lookAtMs = Number.POSITIVE_INFINITY;
      for (const waiter of place.lookers) this.gather(batches, { place, waiter });
    }
    for (const entries of batches.values()) this.call(entries);
    for (const { place, waiter } of due) this.context.ask(place, waiter);
    if (nextAtMs < Number.POSITIVE_INFINITY) this.wakeAt(nextAtMs);
  }

  /** Adds to the batch of looks that one call can do together, which is nearly all as a rule; sends a batch that is full. */
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
        // A consumer that asks is told what is wrong. One that waits goes on waiting.
        failed: () => over((entry) => this.told(entry, undefined)),
      },
    );
  }

  private told({ place, waiter }: Entry, looked: Looked | undefined): void {
    if (looked === undefined) return this.again(place, PERIOD_MS);
    const { ask, standBy, scheduler } = this.context;
    const nowMs = scheduler.now();
    // The consumer may have been woken meanwhile. What was found also holds for those that wait behind it.
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
        // One consumer gets a wake-up, here or in another process. If that has not helped by the second look, this consumer asks. A
        // consumer of an exclusive queue asks at once.
        if (waits && (waiter.owner !== "" || place.ready)) ask(place, waiter);
        else place.ready = true;
        return undefined;
    }
  }

  private again(place: Place, afterMs: number): void {
    place.lookAtMs = Math.min(place.lookAtMs, this.context.scheduler.now() + afterMs);
  }
}

/** In how many ms to look again. Each look extends the ownership of an owner that waits, so it comes within a third of its lease. */
const nextMs = ({ standsBy }: Place, { owner, leaseMs, inVain }: Waiter, changeMs: number | undefined): number => {
  const keepsMs = owner === "" || standsBy ? PERIOD_MS : leaseMs / 3;
  const graceMs = inVain || owner !== "" ? 0 : GRACE_MS;
  return Math.max(LOOK_MS_MIN, Math.min((changeMs ?? PERIOD_MS) + graceMs, keepsMs, PERIOD_MS));
};
