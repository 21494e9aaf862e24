/**
 * The ready messages by priority level.
 *
 * The rule of fairness: the queue counts the messages that are leased while two levels or more hold some. Every eighth of
 * them is taken from a lower level than the highest, all others from the highest. The lower levels take turns: the next one
 * below the level of the last such turn is served, and after the lowest it begins again below the highest.
 */
import { invariant } from "../../../core/invariant.js";
import type { Entry } from "./Entry.js";
import { Level } from "./Level.js";

/** One leased message in so many comes from the lower levels. */
const RESERVE_PERIOD = 8;

export class Levels {
  private readonly levels: Array<Level | undefined> = [];
  /** A bit for each level that holds messages. */
  private inUse = 0;
  /** Messages leased while several levels held some, modulo the period. */
  private turn = 0;
  /** The lower level that the last reserved turn served. */
  private served = 0;
  size = 0;

  pushBack(entry: Entry): void {
    this.levelFor(entry).pushBack(entry);
  }

  pushReturned(entry: Entry): void {
    this.levelFor(entry).pushReturned(entry);
  }

  /** The message whose turn it is, left in its place. */
  next(): Entry | undefined {
    return this.inUse === 0 ? undefined : this.levels[this.levelInTurn()]?.first;
  }

  /** Takes the message that `next` shows, and counts the turn. */
  take(): Entry {
    const level = this.levelInTurn();
    if (this.severalInUse()) {
      if (this.turn === RESERVE_PERIOD - 1) this.served = level;
      this.turn = (this.turn + 1) % RESERVE_PERIOD;
    }
    return this.takeFrom(level);
  }

  /** Takes the message that `next` shows without counting the turn: it is not leased. */
  drop(): Entry {
    return this.takeFrom(this.levelInTurn());
  }

  /** Takes the first message of the highest level, whoever's turn it is. */
  takeHighest(): Entry | undefined {
    return this.inUse === 0 ? undefined : this.takeFrom(highest(this.inUse));
  }

  /** All messages, by level, then in order. */
  *[Symbol.iterator](): Generator<Entry> {
    for (let at = this.levels.length - 1; at >= 0; at--) {
      const level = this.levels[at];
      if (level !== undefined) yield* level;
    }
  }

  private levelFor({ level: at }: Entry): Level {
    this.inUse |= 1 << at;
    this.size++;
    const level = this.levels[at];
    if (level !== undefined) return level;
    const made = new Level();
    this.levels[at] = made;
    return made;
  }

  private takeFrom(at: number): Entry {
    const level = this.levels[at];
    const entry = level?.takeFirst();
    invariant(level !== undefined && entry !== undefined, "a level without messages was marked as in use");
    this.size--;
    if (level.size === 0) this.inUse &= ~(1 << at);
    return entry;
  }

  private severalInUse(): boolean {
    return (this.inUse & (this.inUse - 1)) !== 0;
  }

  private levelInTurn(): number {
    const top = highest(this.inUse);
    const lower = this.inUse & ~(1 << top);
    if (lower === 0 || this.turn !== RESERVE_PERIOD - 1) return top;
    const belowServed = lower & ((1 << this.served) - 1);
    return highest(belowServed === 0 ? lower : belowServed);
  }
}

const highest = (bits: number): number => 31 - Math.clz32(bits);
