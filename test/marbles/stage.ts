/** What a diagram's operator is run on. */
import { delay, type Observable, of, type SchedulerLike, Subject } from "rxjs";
import { type TestMessage, type TestMessageOptions, testMessage } from "sluice/testing";
import type { Context } from "../support/marbles.js";
import { tellOutcome } from "../support/tell.js";
import type { Diagram, Stream } from "./diagram.js";

export interface Stage {
  readonly m: Context;
  readonly scheduler: SchedulerLike;
  /** The input stream of this title (the first has none), as the texts that its marbles stand for; `#` is this error. */
  readonly input: (title?: string, error?: unknown) => Observable<string>;
  /** The same as the names of the marbles. */
  readonly names: (title?: string) => Observable<string>;
  /** What the marbles of the first input stand for. */
  readonly values: Readonly<Record<string, string>>;
  /** A message of this text whose settlements are told by `settled`. */
  readonly message: (text: string, options?: TestMessageOptions) => TestMessage<string>;
  /** `a: Ack` for each settlement asked for. */
  readonly settled: Observable<string>;
  /** A work of this many milliseconds. */
  readonly work: <A>(value: A, durationMs: number) => Observable<A>;
}

export const stageOf = (m: Context, { name, inputs }: Diagram): Stage => {
  const { scheduler } = m;
  const settled = new Subject<string>();
  const streamOf = (title: string): Stream => {
    const stream = inputs.find((one) => one.title === title);
    if (stream === undefined) throw new Error(`marbles/${name}.txt has no input of title ${JSON.stringify(title)}`);
    return stream;
  };
  return {
    m,
    scheduler,
    settled,
    input: (title = "", error = new Error("drawn")) => {
      const { marbles, values } = streamOf(title);
      return m.cold(marbles, values, error);
    },
    names: (title = "") => m.cold(streamOf(title).marbles),
    values: inputs[0]?.values ?? {},
    message: (text, options = {}) =>
      testMessage(text, {
        scheduler,
        ...options,
        answer: (outcome) => {
          settled.next(`${text}: ${tellOutcome(outcome)}`);
          return options.answer?.(outcome) ?? outcome;
        },
      }),
    work: (value, durationMs) => of(value).pipe(delay(durationMs, scheduler)),
  };
};
