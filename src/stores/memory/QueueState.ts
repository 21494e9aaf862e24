/**
 * One queue in memory: its places, and the moves between them that more than one step needs.
 *
 * ```
 *  enqueue, redrive ──▶ waiting ──(head of its key)──▶ delayed ──(due)──▶ ready ──(lease)──▶ leased
 *                                                         ▲                ▲                 │ │ │
 *                                                         └── Retry later ─┴─ Retry, Release, expiry
 *                                                                          └── unblock ◀─ blocked
 *  leased ──▶ acked (a number) · dead;  ready, waiting, delayed ──▶ purged (a number)
 * ```
 */
import type { SchedulerLike } from "rxjs";
import { DedupeWindow } from "./DedupeWindow.js";
import { DueHeap } from "./DueHeap.js";
import { addFailure, type Entry } from "./Entry.js";
import { KeyGate } from "./KeyGate.js";
import { LeaseBook } from "./LeaseBook.js";
import { Levels } from "./Levels.js";
import { Shelf } from "./Shelf.js";
import { Waiting } from "./Waiting.js";

/** Why and when a message was set aside. */
export interface Aside {
  readonly atMs: number;
  readonly cause: string;
}

/** Why a message is blocked. */
export interface BlockNote extends Aside {
  readonly scope: "key" | "queue";
}

export interface QueueLimits {
  readonly deadLettersMax: number;
}

export class QueueState {
  readonly ready: Levels = new Levels();
  readonly keys: KeyGate = new KeyGate();
  readonly delayed: DueHeap = new DueHeap();
  readonly leases: LeaseBook = new LeaseBook();
  readonly blocked: Shelf<BlockNote> = new Shelf<BlockNote>();
  /** Where the blocked head of a key stands on the shelf. */
  readonly blockedKeys: Map<string, number> = new Map<string, number>();
  readonly dead: Shelf<Aside> = new Shelf<Aside>();
  readonly dedupe: DedupeWindow = new DedupeWindow();
  readonly waiting: Waiting;
  enqueued = 0;
  acked = 0;
  purged = 0;
  paused = false;
  /** How many blocks of scope "queue" there are. */
  halts = 0;
  /** The consumer that an exclusive queue belongs to, also for a while after its time is over. */
  owner: string | undefined = undefined;
  ownerUntilMs = 0;
  private lastOrder = 0;

  constructor(
    readonly name: string,
    scheduler: SchedulerLike,
    private readonly limits: QueueLimits,
  ) {
    this.waiting = new Waiting(this, scheduler);
  }

  /** The next place in the order of enqueues and leases. */
  nextOrder(): number {
    return ++this.lastOrder;
  }

  /** Takes a new or redriven message in, at the end of its key or of its level. */
  admit(entry: Entry, nowMs: number): void {
    entry.order = this.nextOrder();
    if (entry.key === undefined || this.keys.enter(entry.key, entry)) this.line(entry, nowMs);
  }

  /** The message left the queue: its key's next one becomes the head. */
  passOn({ key }: Entry, nowMs: number): void {
    if (key === undefined) return;
    const follower = this.keys.leave(key);
    if (follower !== undefined) this.line(follower, nowMs);
  }

  /** Makes a message that was not leased before ready, or delayed if its time is to come. */
  private line(entry: Entry, nowMs: number): void {
    if (entry.dueMs > nowMs) this.delayed.push(entry);
    else this.ready.pushBack(entry);
    this.waiting.nudge();
  }

  /** Makes a message that was leased ready again, in its former place. */
  comeBack(entry: Entry): void {
    this.ready.pushReturned(entry);
    this.waiting.nudge();
  }

  /** Brings a message back later, when it is due. */
  comeBackAt(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    this.delayed.push(entry);
    this.waiting.nudge();
  }

  /** Makes all due messages ready: returning ones in their former place, first deliveries at the end. */
  promoteDue(nowMs: number): void {
    while (this.delayed.nearestMs <= nowMs) {
      const entry = this.delayed.takeFirst();
      if (entry === undefined) return;
      if (entry.returns) this.ready.pushReturned(entry);
      else this.ready.pushBack(entry);
    }
  }

  /** Counts a failure of a message. */
  fail(entry: Entry, aside: Aside): void {
    addFailure(entry, { atMs: aside.atMs, cause: aside.cause });
  }

  /** Dead-letters a message, and trims the oldest letters above the limit. */
  bury(entry: Entry, aside: Aside): void {
    this.dead.add(entry, aside);
    this.passOn(entry, aside.atMs);
    while (this.dead.size > this.limits.deadLettersMax && this.dead.takeOldest() !== undefined) this.purged++;
  }

  /** Keeps a failed message in its place. */
  block(entry: Entry, note: BlockNote): void {
    const position = this.blocked.add(entry, note);
    if (note.scope === "queue") this.halts++;
    else if (entry.key !== undefined) this.blockedKeys.set(entry.key, position);
  }
}
