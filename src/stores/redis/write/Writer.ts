/**
 * Makes every change of the store: writes of steps, and the other calls whose answer the server keeps.
 *
 * Short writes of one turn gather and leave together (`Burst`). Every other write leaves at once, as several calls where one
 * would be long. The same write id again answers as before, so a call that was not answered may be sent again. With `waitReplicas`
 * a write is told only once replicas have it (`Replication`).
 */
import { right } from "fp-ts/lib/Either.js";
import type { SchedulerLike } from "rxjs";
import { isSluiceError } from "../../../core/SluiceError.js";
import type { Step, WriteAnswer } from "../../../core/steps/Step.js";
import { Answered } from "../connection/Answered.js";
import type { Call, CallEnd, Connection } from "../connection/Connection.js";
import type { Replication } from "../connection/Replication.js";
import type { Feeds } from "../log/Feeds.js";
import type { Keys } from "../scripts/keys.js";
import type { Script } from "../scripts/script.js";
import { Burst, type BurstKind, type Single } from "./Burst.js";
import { shortCallsOf } from "./parts.js";
import { burstKindOf, shapeOf } from "./shapes.js";
import type { WriteInput } from "./writeScript.js";

/** How many results of confirmed writes the server keeps. */
const ANSWERED_KEPT = 500;

export type WriteEnd = CallEnd<ReadonlyArray<WriteAnswer>>;

/** What every call that changes something sends besides its request. */
export interface Change {
  /** The key of its result. */
  readonly result: string;
  /** Keys of results whose replies were read, to be deleted. */
  readonly answered: ReadonlyArray<string>;
}

/** The request of a call that changes something, and its write id: the same id again answers the same. */
export interface Changing<R> {
  readonly request: R;
  readonly writeId: string;
}

export interface WriterOptions {
  readonly connection: Connection;
  readonly scheduler: SchedulerLike;
  readonly keys: Keys;
  /** The time that a test gives, else an empty text. */
  readonly given: () => string;
  readonly deadLettersMax: number;
  /** Feeds of this process that wait for events. */
  readonly feeds: Pick<Feeds, "waits" | "appended">;
  /** Confirms answered writes; undefined where no replica is waited for. */
  readonly replication: Replication | undefined;
  /** How long a write may take, the wait for replicas included. */
  readonly writeMsMax: number;
}

interface Confirming {
  /** The keys of its results. */
  readonly results: ReadonlyArray<string>;
  /** The queue from which it may have handed a message over; undefined where it cannot have. */
  readonly queue: string | undefined;
  readonly end: WriteEnd;
}

export class Writer {
  private readonly answered = new Answered(ANSWERED_KEPT);
  private readonly burst: Burst<WriteEnd>;

  constructor(private readonly options: WriterOptions) {
    const { connection } = options;
    this.burst = new Burst(
      (singles, kind) => this.writeEach(singles, kind),
      () => connection.beforeNext(() => this.burst.leave()),
    );
  }

  write(lists: ReadonlyArray<ReadonlyArray<Step>>, writeId: string, end: WriteEnd): void {
    if (lists.every((list) => list.length === 0)) {
      end.done(lists.map(() => right([])));
      return;
    }
    const [list, another] = lists;
    const kind = another === undefined && list !== undefined ? burstKindOf(list) : undefined;
    if (list !== undefined && kind !== undefined) this.burst.add({ list, writeId, end }, kind);
    else this.writeParts(shortCallsOf(lists), writeId, end);
  }

  /** A call whose answer is kept: the same write id again answers the same. */
  change<R, O>(script: Script<R & Change, O>, { request, writeId }: Changing<R>, end: CallEnd<O>): Call {
    const { connection, keys } = this.options;
    const result = keys.result(writeId);
    return connection.run(
      script,
      { ...request, result, answered: this.answered.takeOld() },
      {
        done: (answer) => {
          this.answered.add(result);
          end.done(answer);
        },
        failed: end.failed,
      },
    );
  }

  /** Writes each part under an id that follows from that of the whole: sent again, each answers as before. */
  private writeParts(parts: ReadonlyArray<ReadonlyArray<ReadonlyArray<Step>>>, writeId: string, end: WriteEnd): void {
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) {
      this.writeLists(first, writeId, end);
      return;
    }
    const answers: Array<ReadonlyArray<WriteAnswer>> = [];
    let answered = 0;
    let failed = false;
    parts.forEach((lists, i) => {
      this.writeLists(lists, `${writeId}+${i}`, {
        done: (own) => {
          answers[i] = own;
          answered += 1;
          if (answered === parts.length && !failed) end.done(answers.flat());
        },
        failed: (cause) => {
          if (!failed) end.failed(cause);
          failed = true;
        },
      });
    });
  }

  private writeLists(lists: ReadonlyArray<ReadonlyArray<Step>>, writeId: string, end: WriteEnd): void {
    const { connection, keys, given, deadLettersMax } = this.options;
    const result = keys.result(writeId);
    const input: WriteInput = {
      keys,
      given: given(),
      lists,
      result,
      answered: this.answered.takeOld(),
      deadLettersMax,
    };
    const { script, handsOver } = shapeOf(lists);
    const name = handsOver(lists);
    const queue = name === undefined ? undefined : keys.queue(name);
    this.confirming({ results: [result], queue, end }, (told) => connection.run(script, input, told));
    this.tellFeeds(lists);
  }

  private writeEach(singles: ReadonlyArray<Single<WriteEnd>>, { script, handsOver }: BurstKind): void {
    const [first, ...rest] = singles;
    if (first === undefined) return;
    if (rest.length === 0) {
      this.writeLists([first.list], first.writeId, first.end);
      return;
    }
    const { connection, keys, given } = this.options;
    const input = {
      keys,
      given: given(),
      lists: singles.map(({ list }) => list),
      results: singles.map(({ writeId }) => keys.result(writeId)),
      answered: this.answered.takeOld(),
    };
    const each: WriteEnd = {
      done: (answers) => {
        for (let i = 0; i < singles.length; i++) singles[i]?.end.done(answers.slice(i, i + 1));
      },
      failed: (cause) => {
        // A foreign value fails the call of all, with nothing done: whoever does not touch it must not fail with it.
        const isForeign = isSluiceError(cause) && cause._tag === "InvalidConfig";
        for (const { list, writeId, end } of singles) {
          if (isForeign) this.writeLists([list], writeId, end);
          else end.failed(cause);
        }
      },
    };
    const name = handsOver(first.list);
    const queue = name === undefined ? undefined : keys.queue(name);
    this.confirming({ results: input.results, queue, end: each }, (told) => connection.run(script, input, told));
    this.tellFeeds(input.lists);
  }

  private tellFeeds(lists: ReadonlyArray<ReadonlyArray<Step>>): void {
    const { feeds } = this.options;
    if (feeds.waits && lists.some((list) => list.some(({ _tag }) => _tag === "Append"))) feeds.appended();
  }

  /** Sends a write, and notes its results as answered once they were read; with `waitReplicas`, once replicas have them. */
  private confirming({ results, queue, end }: Confirming, send: (end: WriteEnd) => void): void {
    const { replication, scheduler, writeMsMax } = this.options;
    const done = (answers: ReadonlyArray<WriteAnswer>): void => {
      for (const result of results) this.answered.add(result);
      end.done(answers);
    };
    if (replication === undefined) {
      send({ done, failed: end.failed });
      return;
    }
    const untilMs = scheduler.now() + writeMsMax;
    const attempt = (): void =>
      send({
        done: (answers) =>
          replication.confirm({
            results,
            queue,
            untilMs,
            done: () => done(answers),
            failed: end.failed,
            again: attempt,
          }),
        failed: end.failed,
      });
    attempt();
  }
}
