/**
 * Lets suspects work alone: one at a time among all consumers that a store handle has in this process, whatever queues they read.
 *
 * A suspect is a message whose lease ended unsettled, so that it may have killed its process. The store gives a consumer nothing
 * beside it. But the other consumers of the process would die with it too, and their messages with them, each time anew: all their
 * leases end at the same time, so they come again at the same time. So a suspect is emitted only once no other consumer here has a
 * work that may kill, and meanwhile the others emit nothing. The store is told at once that what waits has not begun: then the end
 * of this process does not count against it.
 *
 * ```text
 *            a suspect arrives          nothing else may kill, or a second is over
 *   nobody ───────────────────▶ waiting ─────────────────▶ working
 *      ▲                                                      │
 *      └── the suspect is settled or proven, or a second is over
 * ```
 *
 * Both are bounded by a second, so that a long work of one queue keeps no other queue waiting for longer. A consumer that is the
 * only one of its store handle never waits.
 */
import type { Subscription } from "rxjs";
import { soon } from "../../core/Clock.js";
import type { QueueStore } from "../../port/Store.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";

/** How long others wait for a suspect, and a suspect for others (milliseconds). */
const ALONE_MS = 1_000;

export interface SolitudeParts {
  readonly store: QueueStore;
  readonly keeper: LeaseKeeper;
  /** Emits what has arrived, if that may be emitted now. */
  readonly goOn: () => void;
}

/** One consumer among those of its store, from `join` to `leave`. */
export class Solitude {
  private readonly turns: Turns;

  constructor(private readonly parts: SolitudeParts) {
    this.turns = turnsOf(parts.store);
  }

  get keeper(): LeaseKeeper {
    return this.parts.keeper;
  }

  join(): void {
    this.turns.members.add(this);
  }

  leave(): void {
    this.turns.leave(this);
  }

  /** Whether this consumer may emit now what has arrived. If not, it is told to go on later. */
  get mayEmit(): boolean {
    return this.turns.mayEmit(this);
  }

  /** A delivery ended, or is no danger to others any more. */
  changed(): void {
    this.turns.changed();
  }

  /** After the stack is empty: within an emission, another one would begin in the middle of it. */
  goOn(): void {
    soon(this.parts.store.scheduler, this.parts.goOn);
  }
}

/** The consumer whose suspect is next, or works. */
interface Turn {
  readonly of: Solitude;
  phase: "waiting" | "working";
  timer: Subscription | undefined;
}

class Turns {
  readonly members = new Set<Solitude>();
  private turn: Turn | undefined;
  /** Consumers that wait to emit, in the order in which they asked. */
  private readonly waiting = new Set<Solitude>();

  constructor(private readonly store: QueueStore) {}

  mayEmit(member: Solitude): boolean {
    if (this.turn === undefined) {
      if (this.members.size <= 1 || !member.keeper.suspicious) return true;
      this.turn = { of: member, phase: "waiting", timer: undefined };
      this.within(() => this.work());
    }
    if (this.turn.of !== member) {
      this.waiting.add(member);
      return false;
    }
    if (this.turn.phase === "waiting" && this.isClear(member)) this.begin();
    return this.turn.phase === "working";
  }

  changed(): void {
    const { turn } = this;
    if (turn === undefined) return;
    if (turn.phase === "working" && !turn.of.keeper.suspicious) this.end();
    else if (turn.phase === "waiting" && this.isClear(turn.of)) this.work();
  }

  leave(member: Solitude): void {
    this.members.delete(member);
    this.waiting.delete(member);
    if (this.turn?.of === member) this.end();
    else this.changed();
  }

  private work(): void {
    const member = this.turn?.of;
    this.begin();
    member?.goOn();
  }

  private begin(): void {
    if (this.turn === undefined) return;
    this.turn.phase = "working";
    this.within(() => this.end());
  }

  private end(): void {
    this.turn?.timer?.unsubscribe();
    this.turn = undefined;
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const member of waiting) member.goOn();
  }

  /** Whether no other consumer has a work that may kill. */
  private isClear(member: Solitude): boolean {
    for (const other of this.members) if (other !== member && other.keeper.mayKill) return false;
    return true;
  }

  private within(then: () => void): void {
    const { turn } = this;
    if (turn === undefined) return;
    turn.timer?.unsubscribe();
    turn.timer = this.store.scheduler.schedule(then, ALONE_MS);
  }
}

const ofStores = new WeakMap<QueueStore, Turns>();

const turnsOf = (store: QueueStore): Turns => {
  const known = ofStores.get(store);
  if (known !== undefined) return known;
  const turns = new Turns(store);
  ofStores.set(store, turns);
  return turns;
};
