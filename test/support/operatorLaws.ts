/** What every operator does with a source, whatever it is for. */
import { EMPTY, finalize, map, NEVER, type Observable, type OperatorFunction, range, Subject, take } from "rxjs";
import { describe, expect, it } from "vitest";
import { type Context, marbles } from "./marbles.js";

export interface Laws<I, O> {
  /** The operator, on the test's clock; it answers each input with one output, at once. */
  readonly operator: (m: Context) => OperatorFunction<I, O>;
  readonly input: (text: string, m: Context) => I;
  readonly show: (output: O) => string;
  /** What it shows for the input of this text. Default: the text. */
  readonly shown?: (text: string) => string;
}

export const operatorLaws = <I, O>({ operator, input, show, shown = (text) => text }: Laws<I, O>): void => {
  const inputs = (m: Context): Readonly<Record<string, I>> => ({
    a: input("a", m),
    b: input("b", m),
    c: input("c", m),
  });
  const outputs = { a: shown("a"), b: shown("b"), c: shown("c") };
  const run = (m: Context, source: Observable<I>): Observable<string> => source.pipe(operator(m), map(show));

  describe("as any operator", () => {
    it(
      "never emits nor ends where its source does not",
      marbles((m) => {
        const source = m.cold<I>("-");
        m.expect(run(m, source), "9ms !").toBeObservable("-");
        m.expect(source).toHaveSubscriptions("^ 8ms !");
        m.expect(run(m, NEVER)).toBeObservable("-");
      }),
    );

    it(
      "completes with an empty source",
      marbles((m) => {
        const source = m.cold<I>("---|");
        m.expect(run(m, source)).toBeObservable("---|");
        m.expect(source).toHaveSubscriptions("^--!");
        m.expect(run(m, EMPTY)).toBeObservable("|");
      }),
    );

    it(
      "passes one value and many",
      marbles((m) => {
        m.expect(run(m, m.cold("--a|", inputs(m)))).toBeObservable("--a|", outputs);
        const source = m.cold("--a-b--c---|", inputs(m));
        m.expect(run(m, source)).toBeObservable("--a-b--c---|", outputs);
        m.expect(source).toHaveSubscriptions("^----------!");
      }),
    );

    it(
      "passes an error of its source, and leaves it",
      marbles((m) => {
        const source = m.cold("--a-#", inputs(m));
        m.expect(run(m, source)).toBeObservable("--a-#", outputs);
        m.expect(source).toHaveSubscriptions("^---!");
        m.expect(run(m, m.cold("#"))).toBeObservable("#");
      }),
    );

    it(
      "leaves its source when it is unsubscribed",
      marbles((m) => {
        const source = m.cold("--a-b--c---|", inputs(m));
        m.expect(run(m, source), "-----!").toBeObservable("--a-b-", outputs);
        m.expect(source).toHaveSubscriptions("^----!");
        const left = m.cold("--a-b--c---|", inputs(m));
        m.expect(run(m, left).pipe(take(1))).toBeObservable("--(a|)", outputs);
        m.expect(left).toHaveSubscriptions("^-!");
      }),
    );

    it(
      "ends with an endless synchronous source when it is unsubscribed",
      marbles((m) => {
        let left = false;
        const endless = range(0, Number.MAX_SAFE_INTEGER).pipe(
          map(() => input("a", m)),
          finalize(() => {
            left = true;
          }),
        );
        m.expect(run(m, endless).pipe(take(3))).toBeObservable("(aaa|)", outputs);
        m.flush();
        expect(left).toBe(true);
      }),
    );

    it(
      "takes a value that arrives within its own emission",
      marbles((m) => {
        const source = new Subject<I>();
        const seen: Array<string> = [];
        run(m, source).subscribe((text) => {
          if (seen.push(text) === 1) {
            source.next(input("b", m));
            source.next(input("c", m));
          }
        });
        source.next(input("a", m));
        m.flush();
        expect(seen).toStrictEqual([outputs.a, outputs.b, outputs.c]);
      }),
    );

    it(
      "keeps a state of its own for each subscription",
      marbles((m) => {
        const applied = run(m, m.cold("--a-b|", inputs(m)));
        m.expect(applied).toBeObservable("--a-b|", outputs);
        m.expect(applied, "-^").toBeObservable("---a-b|", outputs);
      }),
    );
  });
};
