/**
 * The place of one id in the pool: what is known of it, and its mailbox. Works of one id run one after the other, in the order in which
 * they came.
 *
 * ```text
 *            a work comes                all works ended
 *   nothing ─────────────▶ busy ─────────────────────────▶ at rest (in the order of activity; may be evicted)
 *      ▲                    ▲  └─ nothing is known, or done ─▶ gone
 *      │                    └──────── a work comes ─────────────┘
 *      └──── evicted
 * ```
 */
import type { Unsubscribable } from "rxjs";
import { Chain, type Linked } from "../../core/Chain.js";
import type { Timed } from "../../core/Deadlines.js";
import type { Asker, Effect } from "../../core/Effect.js";
import { toSluiceError } from "../../core/SluiceError.js";

/** One thing of the pool, as its works find it. */
export interface Slot<T> {
  readonly id: string;
  /** What is known of it; undefined where nothing is, or where that is in doubt. */
  readonly value: T | undefined;
  /** This is known of it from now on. */
  readonly set: (value: T) => void;
  /** What is known may be wrong: the next work finds nothing. It keeps its place, and its last value is told when it leaves. */
  readonly doubt: () => void;
}

/** What is done with one id, while nothing else is. */
export type SlotWork<T, A> = (slot: Slot<T>) => Effect<A>;

/** What the pool is told by a place. */
export interface PlaceOwner<T> {
  /** A work begins, and finds a value or none. */
  readonly onBegin: (found: boolean) => void;
  /** The first value of this place was set. */
  readonly onFilled: (place: Place<T>) => void;
  /** Something was set while it was at rest. */
  readonly onLearned: (place: Place<T>) => void;
  /** No work is left. */
  readonly onRest: (place: Place<T>) => void;
}

export class Place<T> implements Slot<T>, Timed<Place<T>> {
  before: Place<T> | undefined = undefined;
  after: Place<T> | undefined = undefined;
  dueMs = 0;
  /** The value that was set last, also where it is in doubt. */
  known: T | undefined = undefined;
  /** Why its first value need not be kept, where that is so. */
  doneAtFirst: string | undefined = undefined;
  /** Whether the pool has it among those that it may evict. */
  atRest = false;
  private inDoubt = false;
  private readonly mailbox = new Chain<Waiting<T>>();
  private running: Waiting<T> | undefined;
  private draining = false;

  constructor(
    readonly id: string,
    private readonly owner: PlaceOwner<T>,
  ) {}

  get value(): T | undefined {
    return this.inDoubt ? undefined : this.known;
  }

  set(value: T): void {
    const first = this.known === undefined;
    this.known = value;
    this.inDoubt = false;
    if (first) this.owner.onFilled(this);
    else if (this.atRest) this.owner.onLearned(this);
  }

  doubt(): void {
    this.inDoubt = true;
  }

  /** Runs a work when those before it have ended. The function takes it back. */
  add<A>(work: SlotWork<T, A>, asker: Asker<A>): () => void {
    const waiting = new Waiting<T>(work, asker as Asker<unknown>);
    this.mailbox.push(waiting);
    this.drain();
    return () => this.takeBack(waiting);
  }

  /** Runs what waits. Works that end at once follow each other in this loop, since any number of them may wait. */
  private drain(): void {
    if (this.draining) return;
    this.draining = true;
    let over = false;
    try {
      while (this.running === undefined) {
        const next = this.mailbox.shift();
        if (next === undefined) break;
        this.running = next;
        this.begin(next);
      }
      over = true;
    } finally {
      this.draining = false;
      // Whoever was told has thrown: that goes to who has asked last, and those who wait go on.
      if (!over) this.drain();
    }
    if (this.running === undefined) this.owner.onRest(this);
  }

  private begin(waiting: Waiting<T>): void {
    this.owner.onBegin(this.value !== undefined);
    let effect: Effect<unknown>;
    try {
      effect = waiting.work(this);
    } catch (cause) {
      this.end(waiting, ({ asker }) => asker.error(toSluiceError(cause)));
      return;
    }
    const run = effect.run(
      (value) =>
        this.end(waiting, ({ asker }) => {
          asker.next(value);
          asker.complete();
        }),
      (error) => this.end(waiting, ({ asker }) => asker.error(error)),
    );
    // It may have been taken back within the call.
    if (waiting.ended) run.unsubscribe();
    else waiting.run = run;
  }

  /** The work is over before it is told, so that whoever is told may ask for the next one; the next one begins after that. */
  private end(waiting: Waiting<T>, tell: (waiting: Waiting<T>) => void): void {
    if (waiting.ended) return;
    waiting.ended = true;
    this.running = undefined;
    try {
      tell(waiting);
    } finally {
      this.drain();
    }
  }

  private takeBack(waiting: Waiting<T>): void {
    if (waiting.ended) return;
    waiting.ended = true;
    if (waiting !== this.running) {
      this.mailbox.remove(waiting);
      return;
    }
    // It may have changed something, and nobody knows.
    this.doubt();
    this.running = undefined;
    waiting.run?.unsubscribe();
    this.drain();
  }
}

/** A work of a mailbox. */
class Waiting<T> implements Linked<Waiting<T>> {
  before: Waiting<T> | undefined = undefined;
  after: Waiting<T> | undefined = undefined;
  run: Unsubscribable | undefined = undefined;
  ended = false;

  constructor(
    readonly work: SlotWork<T, unknown>,
    readonly asker: Asker<unknown>,
  ) {}
}
