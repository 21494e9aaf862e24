/**
 * The settlement coalescer: what is settled in one burst leaves as one write, one list each, so one refusal spoils nothing
 * else. The write leaves at the end of the burst (or after `waitMsMax`), or at once when `sizeMax` lists have gathered.
 *
 * A store that does not answer is asked again with the same write id, backing off, until `giveUp`. From then on (and where
 * nobody is persistent) that is the answer, and a list that is pushed again goes with all of its former write under the
 * same id, since it may have happened. A write that fails for good is split, so that a defect is answered to the list that
 * has it and to no other.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import { Observable, type SchedulerLike, type Subscription } from "rxjs";
import { backoffDelayMs, makeBackoff } from "../core/Backoff.js";
import { soon } from "../core/Clock.js";
import { newId } from "../core/newId.js";
import { randomOf } from "../core/Random.js";
import { defect, type SluiceError, toSluiceError } from "../core/SluiceError.js";
import type { Step, StepResult, WriteTarget } from "../core/Step.js";
import type { SendList } from "../core/Write.js";

/** Told once how its list ended. */
export interface ListEnd {
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
}

const backoff = makeBackoff({ initialMs: 50, delayMsMax: 2_000, jitter: "full" });

interface Sent {
  readonly writeId: string;
  readonly lists: ReadonlyArray<ReadonlyArray<Step>>;
}

interface Round extends Sent {
  /** Aligned with the lists; undefined where nobody asks any more. */
  readonly ends: ReadonlyArray<ListEnd | undefined>;
}

export class Settler {
  private lists: Array<ReadonlyArray<Step>> = [];
  private ends: Array<ListEnd> = [];
  private timer: Subscription | undefined;
  private depth = 0;
  private waitingRounds = 0;
  /** Where a list that was not answered had gone. */
  private unanswered: WeakMap<ReadonlyArray<Step>, Sent> | undefined;
  private readonly resends = new Map<Sent, Array<ListEnd | undefined>>();
  private persistent: boolean;

  constructor(private readonly options: SettlerOptions) {
    this.persistent = options.persistent;
  }

  /** Adds one list; it leaves with the others of this burst. */
  push(steps: ReadonlyArray<Step>, end: ListEnd): void {
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

  /** Whether the store refused a write that waits to be sent again. */
  get stuck(): boolean {
    return this.waitingRounds > 0;
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

  /** From now on an unavailable store is an answer. */
  giveUp(): void {
    this.persistent = false;
  }

  /** This way to the store for a Write. */
  readonly send: SendList = (steps) =>
    new Observable((subscriber) => {
      this.push(steps, {
        listEnded: (error, results) => {
          if (error !== undefined) {
            subscriber.error(error);
            return;
          }
          subscriber.next(results);
          subscriber.complete();
        },
      });
    });

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
    const { scheduler, waitMsMax } = this.options;
    const flush = (): void => this.flush();
    this.timer = waitMsMax > 0 ? scheduler.schedule(flush, waitMsMax) : soon(scheduler, flush);
  }

  private write(round: Round, attempt: number): void {
    this.options.target.write(round.lists, round.writeId).subscribe({
      next: (answers) => {
        if (answers.length !== round.lists.length) {
          answerAll(round, defect("a store answered another number of lists than it was given"));
          return;
        }
        for (let i = 0; i < answers.length; i++) {
          const answer = answers[i];
          if (answer === undefined) continue;
          if (isLeft(answer)) round.ends[i]?.listEnded(answer.left, []);
          else round.ends[i]?.listEnded(undefined, answer.right);
        }
      },
      error: (cause: unknown) => this.failed(round, attempt, toSluiceError(cause)),
    });
  }

  private failed(round: Round, attempt: number, error: SluiceError): void {
    this.options.onFailure(error);
    if (error.retryable && this.persistent) {
      const delayMs = backoffDelayMs(backoff, attempt, randomOf(round.writeId));
      this.waitingRounds += 1;
      this.options.scheduler.schedule(() => {
        this.waitingRounds -= 1;
        this.write(round, attempt + 1);
      }, delayMs);
    } else if (error.retryable) {
      const sent: Sent = { writeId: round.writeId, lists: round.lists };
      this.unanswered ??= new WeakMap();
      for (const list of round.lists) this.unanswered.set(list, sent);
      answerAll(round, error);
    } else if (round.lists.length === 1) {
      answerAll(round, error);
    } else {
      round.lists.forEach((list, i) => {
        const end = round.ends[i];
        if (end !== undefined) this.write({ writeId: newId(), lists: [list], ends: [end] }, 1);
      });
    }
  }
}

const answerAll = ({ ends }: Round, error: SluiceError): void => {
  for (const end of ends) end?.listEnded(error, []);
};
