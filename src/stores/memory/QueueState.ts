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
  private returning: Array<Entry> = [];

  constructor(
    readonly name: string,
    scheduler: SchedulerLike,
    private readonly limits: QueueLimits,
  ) {
    this.waiting = new Waiting(this, scheduler);
  }

  /** The next place in the order of those that come back. */
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

  /** Brings a message back to the front once `flushReturns` is called, so that several keep their former order. */
  comeBack(entry: Entry): void {
    this.returning.push(entry);
  }

  /** Ends a move in which messages came back. */
  flushReturns(): void {
    const { returning } = this;
    if (returning.length === 0) return;
    this.returning = [];
    if (returning.length > 1) returning.sort((a, b) => a.order - b.order);
    for (let i = returning.length - 1; i >= 0; i--) {
      const entry = returning[i];
      if (entry !== undefined) this.ready.pushFront(entry);
    }
    this.waiting.nudge();
  }

  /** Brings a message back later, when it is due. */
  comeBackAt(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    entry.returning = true;
    this.delayed.push(entry);
    this.waiting.nudge();
  }

  /** Makes all due messages ready: returning ones at the front, first deliveries at the end. */
  promoteDue(nowMs: number): void {
    if (this.delayed.nearestMs > nowMs) return;
    const back: Array<Entry> = [];
    while (this.delayed.nearestMs <= nowMs) {
      const entry = this.delayed.takeFirst();
      if (entry?.returning === true) back.push(entry);
      else if (entry !== undefined) this.ready.pushBack(entry);
    }
    for (const entry of back.reverse()) {
      entry.returning = false;
      this.ready.pushFront(entry);
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
