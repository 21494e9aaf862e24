/** How one kind of step goes to the server, and how its answer is read. `sql/README.md` describes the whole form. */

/** What a call sends besides its steps. */
export interface Surroundings {
  readonly queues: ReadonlyArray<string>;
  readonly locks: ReadonlyArray<number>;
  readonly due: ReadonlyArray<number>;
  readonly woken: ReadonlyArray<number>;
  readonly seqs: ReadonlyArray<string>;
  readonly appends: boolean;
  readonly ends: boolean;
}

/** Gathers it: steps add to it what they are about. */
export class Body {
  private readonly numbers = new Map<string, number>();
  private readonly locked = new Set<number>();
  private readonly due = new Set<number>();
  private readonly woken = new Set<number>();
  private readonly returned = new Set<number>();
  private readonly settled = new Set<string>();
  private appending = false;
  private ending = false;

  /** The number by which the steps of the call name this queue. */
  queue(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size + 1;
      this.numbers.set(name, number);
    }
    return number;
  }

  /** The call is done under this lock. A negative number stands for a lock that is shared. */
  lock(lock: number): void {
    this.locked.add(lock);
  }

  /** A message joins a key of this queue: what is due does so before. */
  joinsKey(queue: number): void {
    this.due.add(queue);
  }

  /** Something may become ready in this queue. */
  wakes(queue: number): void {
    this.woken.add(queue);
  }

  /** A message may return to its place in this queue. */
  returns(queue: number): void {
    this.returned.add(queue);
  }

  /** A message is settled: the call locks the rows of all of these in one order. */
  settles(seq: string): void {
    this.settled.add(seq);
  }

  /** Events may be added to the log. */
  appends(): void {
    this.appending = true;
  }

  /** A record may be put that ends. */
  ends(): void {
    this.ending = true;
  }

  /** Whether events may be added. */
  get isAppending(): boolean {
    return this.appending;
  }

  /** The names of the queues that were woken. */
  get wokenNames(): ReadonlyArray<string> {
    return this.namesOf(this.woken);
  }

  /** The names of the queues in which a message may return to its place. */
  get returnedNames(): ReadonlyArray<string> {
    return this.namesOf(this.returned);
  }

  /** All of it, as it stands in the request. */
  toJSON(): Surroundings {
    return {
      queues: [...this.numbers.keys()],
      locks: [...this.locked],
      due: [...this.due],
      woken: [...this.woken],
      seqs: [...this.settled],
      appends: this.appending,
      ends: this.ending,
    };
  }

  private namesOf(numbers: ReadonlySet<number>): ReadonlyArray<string> {
    return [...this.numbers].filter(([, number]) => numbers.has(number)).map(([name]) => name);
  }
}

export interface StepCoding<in S, out R> {
  /** The step as it stands in the request: its letter, and its fields. */
  readonly encode: (step: S, body: Body) => ReadonlyArray<string | number | boolean | null | object>;
  /** Reads the word that the server answered for a step that it did otherwise than it was asked for, or of which only it can tell. */
  readonly result: (word: string, step: S) => R;
  /** Names what the step looks at or changes. Where two steps of a list have one subject, each is checked after the one before was done. */
  readonly subject: (step: S) => string;
}
