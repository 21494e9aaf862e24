/**
 * One queue in memory: its places, and the moves between them that more than one step needs.
 *
 * ```
 *  enqueue ──▶ delayed ──(due)──▶ waiting ──(head of its key)──▶ ready ──(lease)──▶ leased
 *      └──────────────────────────▶  ▲                             ▲ ▲               │ │ │
 *                          redrive ──┘       delayed ──(due)───────┘ └─ Retry, Release, expiry
 *                                               └── Retry or Release later ──────────┘ │
 *                                                       (its key waits)    unblock ◀─ blocked
 *  leased ──▶ acked (a number) · dead;  ready, waiting, delayed ──▶ purged (a number)
 * ```
 */
import type { SchedulerLike } from "rxjs";
import { PORTION_COUNT_MAX } from "../../../port/Inspect.js";
import { DedupeWindow } from "./DedupeWindow.js";
import { DueHeap } from "./DueHeap.js";
import { addFailure, type Entry } from "./Entry.js";
import { IdleConsumers } from "./IdleConsumers.js";
import { KeyGate } from "./KeyGate.js";
import { LeaseBook } from "./LeaseBook.js";
import { Levels } from "./Levels.js";
import { Shelf } from "./Shelf.js";

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
  readonly idle: IdleConsumers;
  enqueued = 0;
  acked = 0;
  purged = 0;
  paused = false;
  /** Where the blocks of scope "queue" stand on the shelf, the oldest first. */
  readonly halting: Set<number> = new Set<number>();
  /** The consumer that an exclusive queue belongs to. It stays here after `ownerUntilMs`, until another one takes over. */
  owner: string | undefined = undefined;
  ownerUntilMs = 0;
  private lastOrder = 0;

  constructor(
    readonly name: string,
    scheduler: SchedulerLike,
    private readonly limits: QueueLimits,
  ) {
    this.idle = new IdleConsumers(this, scheduler);
  }

  /** How many blocks of scope "queue" there are. */
  get halts(): number {
    return this.halting.size;
  }

  /** The next place in the order of enqueues and leases. */
  nextOrder(): number {
    return ++this.lastOrder;
  }

  /** Takes a new or redriven message in: at the end of its key or of its level, or delayed if its time is to come. */
  admit(entry: Entry, nowMs: number): void {
    entry.order = this.nextOrder();
    if (entry.dueMs > nowMs) {
      this.delayed.push(entry);
      this.idle.serveSoon();
      return;
    }
    this.join(entry);
  }

  /** Called when the head of a key, or a message without a key, is gone for good. The next message of the key becomes its head. */
  leave(entry: Entry): void {
    this.forget(entry);
    if (entry.key === undefined) return;
    const follower = this.keys.leave(entry.key);
    if (follower !== undefined) this.lineUp(follower);
  }

  /** Called for each message that has left the queue: frees its dedupe id. */
  forget(entry: Entry): void {
    if (entry.dedupeId === undefined) return;
    this.dedupe.end(entry.dedupeId, entry.id);
    entry.dedupeId = undefined;
  }

  /** Puts a message that was not leased before at the end of its key's line, or of its level. */
  private join(entry: Entry): void {
    if (entry.key === undefined || this.keys.enter(entry.key, entry)) this.lineUp(entry);
  }

  private lineUp(entry: Entry): void {
    this.ready.pushBack(entry);
    this.idle.serveSoon();
  }

  /** Makes a message that was leased ready again, in its former place. */
  comeBack(entry: Entry): void {
    this.ready.pushReturned(entry);
    this.idle.serveSoon();
  }

  /** Brings a message back later, when it is due. */
  comeBackAt(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    this.delayed.push(entry);
    this.idle.serveSoon();
  }

  /** Takes up what is due, 1,000 at most: what was leased before finds its former place, a first delivery joins the end of its line. */
  promoteDue(nowMs: number): void {
    for (let moved = 0; moved < PORTION_COUNT_MAX && this.delayed.nearestMs <= nowMs; moved++) {
      const entry = this.delayed.takeFirst();
      if (entry === undefined) return;
      if (entry.returns) this.ready.pushReturned(entry);
      else this.join(entry);
    }
  }

  /** Counts a failure of a message. */
  fail(entry: Entry, aside: Aside): void {
    addFailure(entry, { atMs: aside.atMs, cause: aside.cause });
  }

  /** Dead-letters a message, and trims the oldest letters above the limit. */
  deadLetter(entry: Entry, aside: Aside): void {
    this.dead.add(entry, aside);
    this.leave(entry);
    while (this.dead.size > this.limits.deadLettersMax && this.dead.takeOldest() !== undefined) this.purged++;
  }

  /** Blocks a failed message: its key or the whole queue stops at it. */
  block(entry: Entry, note: BlockNote): void {
    const position = this.blocked.add(entry, note);
    if (note.scope === "queue") this.halting.add(position);
    else if (entry.key !== undefined) this.blockedKeys.set(entry.key, position);
  }
}
