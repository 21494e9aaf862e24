/**
 * The writes that one settler has handed to the store, until each of their lists was told how it ended.
 *
 * ```text
 *   send ──▶ under way ──answered──▶ told
 *             ▲    │
 *             │    ├─ no answer, persistent ──▶ waiting (Outage), same write id ─┐
 *             ├────┼──────────────────────────────────────────────────────────────┘
 *             │    ├─ no answer, given up ──▶ told; kept as unanswered
 *             │    │                           └─ one list again ──▶ all of its write again, same write id ─┐
 *             ├────┼────────────────────────────────────────────────────────────────────────────────────────┘
 *             └────┴─ failed for good ──▶ split: each list alone, so that only the list with the defect fails
 * ```
 *
 * `giveUp` sends waiting writes now, for the last time, so that no timer outlives its source. From then on, and where the settler is
 * not persistent, an unavailable store is an answer: the lists are told that error. A closed store is an answer in any case.
 */
import { isLeft, left } from "fp-ts/lib/Either.js";
import type { SchedulerLike } from "rxjs";
import type { End } from "../../core/End.js";
import { Outage } from "../../core/Outage.js";
import { defect, type SluiceError, storeUnavailable, toSluiceError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import type { Step, StepResult, WriteAnswer } from "../../core/steps/Step.js";
import type { WriteTarget } from "../../core/WriteTarget.js";

/** Is told once how its list ended. */
export interface ListEnd {
  /** Whether the list settles a message of this source, so that it lends credit. */
  readonly lends: boolean;
  readonly listEnded: End<ReadonlyArray<StepResult>>;
}

export interface RoundsOptions {
  readonly target: WriteTarget;
  readonly scheduler: SchedulerLike;
  /** Whether an unavailable store is asked again; if not, its error is the answer. */
  readonly persistent: boolean;
  readonly onFailure: (error: SluiceError) => void;
  /** Called when all lists of a write were told how they ended: then one read asks for all the credit that they gave back. */
  readonly onAnswered?: () => void;
}

interface Sent {
  readonly writeId: string;
  readonly lists: ReadonlyArray<ReadonlyArray<Step>>;
}

interface Round extends Sent {
  /** One for each list; undefined where nobody asks for its end any more. */
  ends: ReadonlyArray<ListEnd | undefined>;
}

export class Rounds {
  /** How long the latest write took, milliseconds. */
  tripMs = 0;
  private readonly outage: Outage;
  private readonly underWay = new Set<Round>();
  private lending = 0;
  private answers = 0;
  private persistent: boolean;
  /** For each list that was not answered: the write that it was a part of. */
  private unanswered: WeakMap<ReadonlyArray<Step>, Sent> | undefined;
  private readonly resends = new Map<Sent, Array<ListEnd | undefined>>();

  constructor(private readonly options: RoundsOptions) {
    this.outage = new Outage({ scheduler: options.scheduler, newId: options.target.newId });
    this.persistent = options.persistent;
  }

  /** How many lists lend credit: those that the store was handed and has not answered. None while it refuses others. */
  get lent(): number {
    return this.outage.waits ? 0 : this.lending;
  }

  /** Whether a write's lists are being told how they ended. */
  get answering(): boolean {
    return this.answers > 0;
  }

  /** Hands the store these lists as one write. */
  send(lists: ReadonlyArray<ReadonlyArray<Step>>, ends: ReadonlyArray<ListEnd>): void {
    this.write({ writeId: idFrom(this.options.target), lists, ends }, 1);
  }

  /** Takes a list that was not answered before: `sendAgain` sends it with its former write. Answers whether it is such a list. */
  takeAgain(steps: ReadonlyArray<Step>, end: ListEnd): boolean {
    const sent = this.unanswered?.get(steps);
    if (sent === undefined) return false;
    let ends = this.resends.get(sent);
    if (ends === undefined) {
      ends = new Array<ListEnd | undefined>(sent.lists.length).fill(undefined);
      this.resends.set(sent, ends);
    }
    ends[sent.lists.indexOf(steps)] = end;
    return true;
  }

  sendAgain(): void {
    const resends = [...this.resends];
    this.resends.clear();
    for (const [{ writeId, lists }, ends] of resends) this.write({ writeId, lists, ends }, 1);
  }

  /** From now on an unavailable store is an answer. Writes that wait to be sent again are sent now. */
  giveUp(): void {
    this.persistent = false;
    this.outage.rush();
  }

  /** Tells all who wait that the store did not answer. Writes that it was handed go on. */
  abandon(): void {
    for (const round of this.underWay)
      this.tellUnanswered(round, storeUnavailable(new Error("no answer before the stop")));
  }

  // A write lends nothing where the store answers within the call, nor once it was refused.
  private write(round: Round, attempt: number): void {
    const { scheduler } = this.options;
    const sentMs = scheduler.now();
    let answered = false;
    let lending = false;
    this.underWay.add(round);
    this.options.target.write(round.lists, round.writeId).run(
      (answers) => {
        answered = true;
        this.underWay.delete(round);
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
    const { lists, ends } = round;
    this.options.onFailure(error);
    if (error.retryable && this.persistent && this.outage.again(attempt, () => this.write(round, attempt + 1))) return;
    this.underWay.delete(round);
    if (error.retryable || error._tag === "StoreClosed") this.tellUnanswered(round, error);
    else if (lists.length === 1) {
      ends[0]?.listEnded(error, []);
    } else {
      lists.forEach((list, i) => {
        const end = ends[i];
        if (end !== undefined) this.write({ writeId: idFrom(this.options.target), lists: [list], ends: [end] }, 1);
      });
    }
  }
}

const lendingOf = ({ ends }: Round): number => ends.reduce((sum, end) => (end?.lends === true ? sum + 1 : sum), 0);

const otherNumber = (): SluiceError => defect("a store answered another number of lists than it was given");
