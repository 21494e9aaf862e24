/**
 * The settlement coalescer: what is settled in one burst leaves as one write, one list each, so one refusal spoils nothing
 * else. The write leaves at the end of the burst (or after `waitMsMax`), or at once when `sizeMax` lists have gathered.
 * Nothing renews a lease whose settlement waits: so what cannot wait takes all others with it at the end of its burst.
 *
 * A store that does not answer is asked again with the same write id, backing off, until `giveUp`: what waits for that goes to
 * the store at once then, for the last time, so that no timer outlives its source. From then on (and where nobody is
 * persistent) no answer is the answer, and a list that is pushed again goes with all of its former write under the
 * same id, since it may have happened. A write that fails for good is split, so that a defect is answered to the list that
 * has it and to no other; that the store is closed is the answer to all.
 */
import { isLeft, left } from "fp-ts/lib/Either.js";
import type { SchedulerLike, Subscription } from "rxjs";
import { backoffDelayMs, makeBackoff } from "../../core/Backoff.js";
import { soon } from "../../core/Clock.js";
import { newId } from "../../core/newId.js";
import { randomOf } from "../../core/Random.js";
import { defect, type SluiceError, storeUnavailable, toSluiceError } from "../../core/SluiceError.js";
import type { Step, StepResult, WriteAnswer } from "../../core/steps/Step.js";
import type { WriteTarget } from "../../core/WriteTarget.js";

/** Told once how its list ended. */
export interface ListEnd {
  /** Whether a message of this source is being settled by the list, so that its credit may be lent. */
  readonly lends: boolean;
  readonly listEnded: (error: SluiceError | undefined, results: ReadonlyArray<StepResult>) => void;
}

export interface SettlerOptions {
  readonly target: WriteTarget;
  readonly scheduler: SchedulerLike;
  readonly sizeMax: number;
  readonly waitMsMax: number;
  /** Whether an unavailable store is asked again; if not, its error is the answer. */
  readonly persistent: boolean;
  readonly onFailure: (error: SluiceError) => void;
  /** Called right after a write was handed to the store: what is sent next follows it in order. */
  readonly onFlush: () => void;
  /** Called when all lists of a write were told how they ended: what one of them gives back is asked for with the others'. */
  readonly onAnswered?: () => void;
}

const backoff = makeBackoff({ initialMs: 50, delayMsMax: 2_000, jitter: "full" });

interface Sent {
  readonly writeId: string;
  readonly lists: ReadonlyArray<ReadonlyArray<Step>>;
}

interface Round extends Sent {
  /** Aligned with the lists; undefined where nobody asks any more. */
  ends: ReadonlyArray<ListEnd | undefined>;
}

export class Settler {
  /** How many lists were ever pushed. */
  pushed = 0;
  /** How long the latest write took, milliseconds. */
  tripMs = 0;
  private lists: Array<ReadonlyArray<Step>> = [];
  private ends: Array<ListEnd> = [];
  private timer: Subscription | undefined;
  private depth = 0;
  private answers = 0;
  /** What the store did not answer and waits to be sent again: each by what sends it now. */
  private readonly waiting = new Map<Round, () => void>();
  private lending = 0;
  /** Where a list that was not answered had gone. */
  private unanswered: WeakMap<ReadonlyArray<Step>, Sent> | undefined;
  private readonly resends = new Map<Sent, Array<ListEnd | undefined>>();
  /** What was handed to the store and is not answered. */
  private readonly rounds = new Set<Round>();
  private persistent: boolean;
  private waitMsMax: number;

  constructor(private readonly options: SettlerOptions) {
    this.persistent = options.persistent;
    this.waitMsMax = options.waitMsMax;
  }

  /** Adds one list; it leaves with the others of this burst. */
  push(steps: ReadonlyArray<Step>, end: ListEnd): void {
    this.pushed += 1;
    const sent = this.unanswered?.get(steps);
    if (sent === undefined) {
      this.lists.push(steps);
      this.ends.push(end);
    } else this.pushAgain(sent, steps, end);
    if (this.depth === 0 && this.lists.length >= this.options.sizeMax) this.flush();
    else if (this.timer === undefined) this.schedule();
  }

  /** Keeps everything that `burst` pushes in one write, whatever its size. */
  together(burst: () => void): void {
    this.depth += 1;
    try {
      burst();
    } finally {
      this.depth -= 1;
      if (this.depth === 0 && this.lists.length >= this.options.sizeMax) this.flush();
    }
  }

  /** The lists that lend credit: the store was handed them and has not answered. None while it refuses others. */
  get lent(): number {
    return this.waiting.size > 0 ? 0 : this.lending;
  }

  /** Whether a write's lists are being told how they ended. */
  get answering(): boolean {
    return this.answers > 0;
  }

  /** Whether what is pushed may wait longer than its burst. */
  get waits(): boolean {
    return this.waitMsMax > 0;
  }

  /** What has gathered leaves at the end of this burst. */
  leaveSoon(): void {
    if (!this.waits || this.timer === undefined) return;
    this.timer.unsubscribe();
    this.timer = soon(this.options.scheduler, () => this.flush());
  }

  /** From now on nothing waits longer than its burst. */
  hurry(): void {
    this.leaveSoon();
    this.waitMsMax = 0;
  }

  /** Hands over what has gathered, now. */
  flush(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    this.resend();
    if (this.lists.length === 0) return;
    const round: Round = { writeId: newId(), lists: this.lists, ends: this.ends };
    this.lists = [];
    this.ends = [];
    this.write(round, 1);
    this.options.onFlush();
  }

  /** From now on an unavailable store is an answer. What waits to be sent again is sent, and no timer stays behind. */
  giveUp(): void {
    this.persistent = false;
    for (const again of [...this.waiting.values()]) again();
  }

  /** Whoever waits for the store is told that it did not answer; what it was handed goes on. */
  abandon(): void {
    for (const round of this.rounds)
      this.tellUnanswered(round, storeUnavailable(new Error("no answer before the stop")));
  }

  private pushAgain(sent: Sent, steps: ReadonlyArray<Step>, end: ListEnd): void {
    let ends = this.resends.get(sent);
    if (ends === undefined) {
      ends = new Array<ListEnd | undefined>(sent.lists.length).fill(undefined);
      this.resends.set(sent, ends);
    }
    ends[sent.lists.indexOf(steps)] = end;
  }

  private resend(): void {
    const resends = [...this.resends];
    this.resends.clear();
    for (const [{ writeId, lists }, ends] of resends) this.write({ writeId, lists, ends }, 1);
  }

  private schedule(): void {
    const { scheduler } = this.options;
    const flush = (): void => this.flush();
    this.timer = this.waits ? scheduler.schedule(flush, this.waitMsMax) : soon(scheduler, flush);
  }

  // What a store answers within the call, and what it has refused once, lends nothing.
  private write(round: Round, attempt: number): void {
    const { scheduler } = this.options;
    const sentMs = scheduler.now();
    let answered = false;
    let lending = false;
    this.rounds.add(round);
    this.options.target.write(round.lists, round.writeId).run(
      (answers) => {
        answered = true;
        this.rounds.delete(round);
        this.tripMs = scheduler.now() - sentMs;
        if (lending) this.lending -= lendingOf(round);
        this.answered(round, answers);
      },
      (cause) => {
        answered = true;
        if (lending) this.lending -= lendingOf(round);
        this.failed(round, attempt, toSluiceError(cause));
      },
    );
    if (answered || attempt > 1) return;
    lending = true;
    this.lending += lendingOf(round);
  }

  private answered(round: Round, answers: ReadonlyArray<WriteAnswer>): void {
    const miscounted = answers.length === round.lists.length ? undefined : left(otherNumber());
    this.answers += 1;
    try {
      for (let i = 0; i < round.lists.length; i++) {
        const end = round.ends[i];
        const answer = miscounted ?? answers[i];
        if (end === undefined || answer === undefined) continue;
        if (isLeft(answer)) end.listEnded(answer.left, []);
        else end.listEnded(undefined, answer.right);
      }
    } finally {
      this.answers -= 1;
    }
    this.options.onAnswered?.();
  }

  private tellUnanswered(round: Round, error: SluiceError): void {
    const { writeId, lists, ends } = round;
    const sent: Sent = { writeId, lists };
    this.unanswered ??= new WeakMap();
    for (const list of lists) this.unanswered.set(list, sent);
    round.ends = lists.map(() => undefined);
    for (const end of ends) end?.listEnded(error, []);
  }

  private failed(round: Round, attempt: number, error: SluiceError): void {
    const { writeId, lists, ends } = round;
    this.options.onFailure(error);
    if (error.retryable && this.persistent) {
      const delayMs = backoffDelayMs(backoff, attempt, randomOf(writeId));
      const again = (): void => {
        timer.unsubscribe();
        this.waiting.delete(round);
        this.write(round, attempt + 1);
      };
      const timer = this.options.scheduler.schedule(again, delayMs);
      this.waiting.set(round, again);
      return;
    }
    this.rounds.delete(round);
    if (error.retryable || error._tag === "StoreClosed") this.tellUnanswered(round, error);
    else if (lists.length === 1) {
      ends[0]?.listEnded(error, []);
    } else {
      lists.forEach((list, i) => {
        const end = ends[i];
        if (end !== undefined) this.write({ writeId: newId(), lists: [list], ends: [end] }, 1);
      });
    }
  }
}

const lendingOf = ({ ends }: Round): number => ends.reduce((sum, end) => (end?.lends === true ? sum + 1 : sum), 0);

const otherNumber = (): SluiceError => defect("a store answered another number of lists than it was given");
