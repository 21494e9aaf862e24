/** Makes writes. Those that are asked for while another is under way leave as one call, each with its own write id. */
import { left, right } from "fp-ts/lib/Either.js";
import {
  doneOf,
  kindOf,
  type Step,
  type StepOf,
  type StepResult,
  type StepResultOf,
  type StepTag,
  WRITE_BYTES_MAX,
  WRITE_COUNT_MAX,
  type WriteAnswer,
} from "../../../core/steps/Step.js";
import type { CallEnd, Connection } from "../connection/Connection.js";
import type { Answered, Lane, LeaseTurn, Turn } from "../connection/Lane.js";
import { ackText, allDone, type EncodedWrite } from "./acks.js";
import * as codings from "./codings.js";
import { mixedText } from "./mixed.js";
import { type Lists, type Steps, shortParts } from "./parts.js";
import { Body, type StepCoding } from "./StepCoding.js";
import { functionFor } from "./shapes.js";
import { Together } from "./Together.js";

type Codings = { readonly [T in StepTag]: StepCoding<StepOf<T>, StepResultOf<T>> };

const table: Codings = { ...codings };

const codingOf = (step: Step): StepCoding<Step, StepResult> =>
  // The table has the coding of each tag's steps; TypeScript cannot see that for an index by a union of tags.
  table[step._tag] as StepCoding<Step, StepResult>;

export type WriteEnd = CallEnd<ReadonlyArray<WriteAnswer>>;

export interface WriterOptions {
  readonly connection: Pick<Connection, "call">;
  readonly lane: Lane;
  readonly given: () => number | null;
  readonly deadLettersMax: number;
  /** Told the queues in which a write that was done may have made something ready. */
  readonly onWoken: (queues: ReadonlyArray<string>) => void;
  /** Told the queues in which a write that is about to be sent may return messages to their places. */
  readonly onReturned: (queues: ReadonlyArray<string>) => void;
  /** Told how many steps were done. */
  readonly onChanged: (count: number) => void;
  /** Told of a write that may have appended events. */
  readonly onAppended: () => void;
}

interface WriteOf {
  readonly lists: Lists;
  readonly writeId: string;
  readonly end: WriteEnd;
}

class WriteTurn implements Turn {
  readonly kind = "write";
  readonly weight: number;

  constructor(
    readonly of: WriteOf,
    private readonly send: (writes: ReadonlyArray<WriteOf>, lease: LeaseTurn | undefined) => Promise<Answered>,
  ) {
    this.weight = weightOf(of.lists);
  }

  run(turns: ReadonlyArray<Turn>): Promise<Answered> {
    const writes = turns.filter((turn) => turn instanceof WriteTurn).map((turn) => turn.of);
    return this.send(writes, turns.find(isLease));
  }
}

const isLease = (turn: Turn): turn is LeaseTurn => turn.kind === "lease";

/** The part of a call that these lists fill, by steps and by bytes. */
const weightOf = (lists: Lists): number => {
  let steps = 0;
  let length = 0;
  for (const list of lists)
    for (const step of list) {
      steps += kindOf(step).count(step);
      length += kindOf(step).size(step, (text) => text.length);
    }
  return Math.max(steps / WRITE_COUNT_MAX, length / WRITE_BYTES_MAX);
};

export class Writer {
  constructor(private readonly options: WriterOptions) {}

  write(lists: Lists, writeId: string, end: WriteEnd): void {
    if (lists.every((list) => list.length === 0)) {
      end.done(lists.map(() => right([])));
      return;
    }
    const parts = shortParts(lists);
    const answers: Array<ReadonlyArray<WriteAnswer>> = [];
    let left = parts.length;
    parts.forEach((part, i) => {
      // Each part has an id that follows from that of the whole: sent again, each answers as before.
      const id = parts.length === 1 ? writeId : `${writeId}+${i}`;
      const told: WriteEnd = {
        done: (own) => {
          answers[i] = own;
          if (--left === 0) end.done(answers.flat());
        },
        failed: (cause) => {
          if (left > 0) end.failed(cause);
          left = 0;
        },
      };
      const of = { lists: part, writeId: id, end: told };
      this.options.lane.add(new WriteTurn(of, (writes, lease) => this.send(writes, lease)));
    });
  }

  /** Does these writes, and the lease behind them, as one call. */
  private async send(turns: ReadonlyArray<WriteOf>, lease: LeaseTurn | undefined): Promise<Answered> {
    const together = new Together(this.options.connection, lease);
    const encoded = this.encoded(turns);
    this.options.onReturned(encoded.body.returnedNames);
    const tellWrites = encoded.sent.length > 0 ? await this.sendEncoded(encoded, together) : () => undefined;
    const { tell: tellLease, left } = together.answered;
    const tell = (): void => {
      try {
        tellRefused(encoded);
        tellWrites();
      } finally {
        tellLease();
      }
    };
    return { tell, left };
  }

  /** What is sent of these writes, and those that cannot be sent. */
  private encoded(turns: ReadonlyArray<WriteOf>): Request {
    const body = new Body();
    const sent: Array<WriteOf> = [];
    const refused: Array<Refused> = [];
    const writes: Array<EncodedWrite> = [];
    for (const turn of turns) {
      try {
        writes.push([turn.writeId, turn.lists.map((list) => encodeList(list, body))]);
        sent.push(turn);
      } catch (cause) {
        refused.push({ end: turn.end, cause });
      }
    }
    return { sent, refused, body, writes, now: this.options.given() };
  }

  /** Ends with what tells the writes how they ended. */
  private async sendEncoded(request: Request, together: Together): Promise<() => void> {
    const { sent } = request;
    try {
      const answers = await this.answersOf(request, together);
      return () => this.tellDone(request, answers);
    } catch (cause) {
      return () => {
        for (const { end } of sent) end.failed(cause);
      };
    }
  }

  private tellDone({ sent, body }: Request, answers: Answers): void {
    const { onWoken, onChanged, onAppended } = this.options;
    onWoken(body.wokenNames);
    onChanged(sent.reduce((sum, { lists }) => sum + lists.reduce((own, list) => own + list.length, 0), 0));
    if (body.isAppending) onAppended();
    sent.forEach(({ end }, i) => {
      end.done(answers[i] ?? []);
    });
  }

  /** What each write answers. */
  private async answersOf({ sent, body, writes, now }: Request, together: Together): Promise<Answers> {
    const { deadLettersMax } = this.options;
    let name = functionFor(sent.flatMap(({ lists }) => lists));
    const textOf = otherTexts[name];
    if (textOf !== undefined) {
      if (allDone(await together.call(name, textOf(writes, body, now))))
        return sent.map(({ lists }) => lists.map((list) => right(list.map(doneOf))));
      name = "write_1";
    }
    const text = JSON.stringify({ ...body.toJSON(), now, lettersMax: deadLettersMax, writes });
    const reply = await together.call(name, text);
    const answers = JSON.parse(reply) as ReadonlyArray<ReadonlyArray<ListAnswer> | null>;
    return sent.map(({ lists }, i) => lists.map((list, n) => answerOf(list, answers[i]?.[n] ?? null)));
  }
}

/** A write that cannot be sent. */
interface Refused {
  readonly end: WriteEnd;
  readonly cause: unknown;
}

const tellRefused = ({ refused }: Pick<Request, "refused">): void => {
  for (const { end, cause } of refused) end.failed(cause);
};

/** What a call is made of. */
interface Request {
  readonly refused: ReadonlyArray<Refused>;
  /** The writes, in the order of what is sent of them. */
  readonly sent: ReadonlyArray<WriteOf>;
  readonly body: Body;
  readonly writes: ReadonlyArray<EncodedWrite>;
  readonly now: number | null;
}

/** The functions that take another request than `write_1`. They do all or nothing; where it is nothing, `write_1` does the same. */
const otherTexts: Readonly<Record<string, typeof ackText | undefined>> = { ack_1: ackText, mixed_1: mixedText };

/** Of each write the answers of its lists. */
type Answers = ReadonlyArray<ReadonlyArray<WriteAnswer>>;

const encodeList = (list: Steps, body: Body): ReadonlyArray<unknown> => [
  hasOneSubjectTwice(list) ? 1 : 0,
  ...list.map((step) => codingOf(step).encode(step, body)),
];

const hasOneSubjectTwice = (list: Steps): boolean =>
  list.length > 1 && new Set(list.map((step) => codingOf(step).subject(step))).size < list.length;

/** What the server answers for one list: null where it was done as asked, a word per step, or the first step that was refused, and why. */
type ListAnswer = ReadonlyArray<string | null> | { readonly refused: readonly [at: number, refusal: string] } | null;

const answerOf = (list: Steps, answer: ListAnswer): WriteAnswer => {
  if (answer === null) return right(list.map(doneOf));
  if (isWords(answer))
    return right(
      list.map((step, i) => {
        const word = answer[i] ?? undefined;
        return word === undefined ? doneOf(step) : codingOf(step).result(word, step);
      }),
    );
  const [at, refusal] = answer.refused;
  const step = list[at];
  if (step === undefined) throw new Error("a list was refused for a step that it does not have");
  const colon = refusal.indexOf(":");
  return left(kindOf(step).refusal({ tag: refusal.slice(0, colon), data: refusal.slice(colon + 1) }, step));
};

const isWords = (answer: NonNullable<ListAnswer>): answer is ReadonlyArray<string | null> => Array.isArray(answer);
