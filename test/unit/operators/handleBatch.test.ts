import * as E from "fp-ts/lib/Either.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import { firstValueFrom, from, map, NEVER, type Observable, of, Subject, toArray } from "rxjs";
import { Ack, type Batch, batch, type Handled, handleBatch, Reject } from "sluice";
import { testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { type Context, marbles } from "../../support/marbles.js";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellWhose } from "../../support/tell.js";

const batchOf = (texts: ReadonlyArray<string>, m?: Context): Batch<string> => {
  let made: Batch<string> | undefined;
  from(texts.map((text) => testMessage(text, { scheduler: m?.scheduler })))
    .pipe(batch({ sizeMax: texts.length }))
    .subscribe((one) => {
      made = one;
    });
  if (made === undefined) throw new Error("no batch");
  return made;
};

type Eithers = ReadonlyArray<E.Either<unknown, unknown>>;
const told = map(tellWhose);
type Answered = Eithers | E.Either<unknown, Eithers>;
const answered = (work: (one: Batch<string>) => Observable<Answered> | Promise<Answered> | (() => Promise<Answered>)) =>
  firstValueFrom(of(batchOf(["a", "b", "c"])).pipe(handleBatch(work), told, toArray()));

describe("handleBatch", () => {
  operatorLaws({
    operator: () => handleBatch((one: Batch<string>) => of(one.data.map((text) => E.right(text)))),
    input: (text, m) => batchOf([text], m),
    show: ({ message }: Handled<string, unknown, unknown>) => message.data,
  });

  it("answers for each message by its own Either", async () => {
    expect(await answered(async () => [E.right(1), E.left("bad"), E.right(Reject({ cause: "x" }))])).toStrictEqual([
      "a Right(1)",
      "b Failed(bad)",
      "c Right(Reject): Reject",
    ]);
    expect(await answered((one) => async () => one.data.map((text) => E.right(text)))).toStrictEqual([
      "a Right(a)",
      "b Right(b)",
      "c Right(c)",
    ]);
  });

  it("takes a TaskEither, whose Left fails every message", async () => {
    const bad = E.left("bad");
    expect(await answered(() => TE.right([E.right(1), bad, E.right(3)]))).toStrictEqual([
      "a Right(1)",
      "b Failed(bad)",
      "c Right(3)",
    ]);
    expect(await answered(() => TE.left("down"))).toStrictEqual(["a Failed(down)", "b Failed(down)", "c Failed(down)"]);
  });

  it("fails an element without an Either, and only that", async () => {
    const missing = (i: number) => `Threw(The work of handleBatch answered no Either for the message at ${i}.)`;
    expect(await answered(async () => [E.right(1), undefined, 3] as unknown as Eithers)).toStrictEqual([
      "a Right(1)",
      `b ${missing(1)}`,
      `c ${missing(2)}`,
    ]);
  });

  it.each([0, 1, 2, 4])("fails every message where %i answers come for three", async (length) => {
    const seen = await answered(async () => Array.from({ length }, () => E.right("done")));
    const cause = `The work of handleBatch answered ${length} Eithers for 3 messages; it must answer one for each, in order.`;
    expect(seen).toStrictEqual(["a", "b", "c"].map((text) => `${text} Threw(${cause})`));
  });

  it("fails an element that throws when it is looked at, and only that", async () => {
    const hostile = {
      get _tag(): never {
        throw new Error("no");
      },
    };
    const answers = [E.right(1), hostile, E.right(3)] as unknown as Eithers;
    expect(await answered(async () => answers)).toStrictEqual(["a Right(1)", "b Threw(no)", "c Right(3)"]);
  });

  it.each<[string, unknown, string]>([
    ["is no array", "ok", "Threw(The work of handleBatch must answer an array of Eithers.)"],
    ["is a Left", E.left("all bad"), "Failed(all bad)"],
    ["is an Outcome", Ack, "Right(Ack): Ack"],
  ])("answers alike for every message where the answer as a whole %s", async (_, answer, expected) => {
    const seen = await answered(async () => answer as Eithers);
    expect(seen).toStrictEqual(["a", "b", "c"].map((text) => `${text} ${expected}`));
  });

  it("fails every message where the work throws", async () => {
    const seen = await answered(() => {
      throw new Error("no");
    });
    expect(seen).toStrictEqual(["a Threw(no)", "b Threw(no)", "c Threw(no)"]);
  });

  it("opens the array of a TaskEither", async () => {
    const work = () => TE.right([E.right(1), E.right(2), E.left("x")]);
    expect(await answered(work)).toStrictEqual(["a Right(1)", "b Right(2)", "c Failed(x)"]);
  });

  it("keeps the answers aligned where a message was interrupted", () => {
    const messages = ["a", "b", "c"].map((text) => testMessage(text));
    const work = new Subject<Eithers>();
    const seen: Array<string> = [];
    from(messages)
      .pipe(
        batch({ sizeMax: 3 }),
        handleBatch(() => work),
        told,
      )
      .subscribe((text) => seen.push(text));
    messages[1]?.interrupt("lease lost");
    work.next([E.right(1), E.right(2), E.right(3)]);
    work.complete();
    expect(seen).toStrictEqual(["b Interrupted(lease lost)", "a Right(1)", "c Right(3)"]);
  });

  it(
    "times out as a whole",
    marbles((m) => {
      const one = batchOf(["a", "b"], m);
      m.expect(
        m.cold("x|", { x: one }).pipe(
          handleBatch(() => NEVER as Observable<Eithers>, { timeoutMs: 3 }),
          told,
        ),
      ).toBeObservable("---(ab|)", { a: "a TimedOut(3)", b: "b TimedOut(3)" });
    }),
  );
});
