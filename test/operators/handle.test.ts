import * as E from "fp-ts/lib/Either.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import {
  config,
  EMPTY,
  firstValueFrom,
  from,
  map,
  NEVER,
  Observable,
  of,
  type OperatorFunction,
  Subject,
  take,
  tap,
  throwError,
  toArray,
} from "rxjs";
import { TestScheduler } from "rxjs/testing";
import {
  Ack,
  type Batch,
  batch,
  type Handled,
  handle,
  type Message,
  Reject,
  Retry,
  settle,
  succeed,
  type Effect,
} from "sluice";
import { testMessage } from "sluice/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Context, marbles } from "../support/marbles.js";
import { operatorLaws } from "../support/operatorLaws.js";
import { tellHandled, tellWhose } from "../support/tell.js";

type AnyHandled = Handled<unknown, unknown, unknown>;

const abc = (m: Context, options: { readonly prefetch?: number } = {}) => {
  const make = (text: string) => testMessage(text, { scheduler: m.scheduler, ...options });
  return { a: make("a"), b: make("b"), c: make("c") };
};

const told: OperatorFunction<AnyHandled, string> = map(tellWhose);

/** What comes of one message handled so. */
const answered = (
  work: (message: Message<string>) => Observable<unknown> | PromiseLike<unknown> | (() => Promise<unknown>),
): Promise<string> => firstValueFrom(of(testMessage("a")).pipe(handle(work), map(tellHandled)));

describe("handle", () => {
  operatorLaws({
    operator: () => handle((m: Message<string>) => of(m.data)),
    input: (text) => testMessage(text),
    show: ({ message }: AnyHandled) => String(message.data),
  });
});

describe("what a work answers, to handle", () => {
  const left: E.Either<string, number> = E.left("no");
  const foreign = (make: () => unknown) => make as () => Observable<unknown>;

  it.each<[string, () => Observable<unknown> | PromiseLike<unknown> | (() => Promise<unknown>), string]>([
    ["the value of an Observable is the result", () => of(1), "Right(1)"],
    ["of several values the last counts", () => of(1, 2, 3), "Right(3)"],
    ["undefined is a value", () => of(undefined), "Right(undefined)"],
    ["the value of a promise is the result", async () => 1, "Right(1)"],
    ["the value of a foreign thenable is the result", () => ({ then: (f) => f?.(1) }) as PromiseLike<number>, "Right(1)"],
    ["the value of a Task is the result", () => async () => 1, "Right(1)"],
    ["an Effect is subscribed to as an Observable", () => succeed(1), "Right(1)"],
    ["a Left that is emitted is a failure", () => of(left), "Failed(no)"],
    ["a Left that is resolved to is a failure", async () => left, "Failed(no)"],
    ["a Left of a TaskEither is a failure", () => TE.left("no"), "Failed(no)"],
    ["a Left before the last value is none", () => of(left, 2), "Right(2)"],
    ["a Right is opened", () => TE.right(1), "Right(1)"],
    ["an Outcome is decided", async () => Reject({ cause: "x" }), "Right(Reject): Reject"],
    ["an Outcome in a Right is decided", () => TE.right(Ack), "Right(Ack): Ack"],
    ["an Outcome in a Left is an error like any", async () => E.left(Ack), "Failed([object Object])"],
    ["a look-alike of an Outcome is a result", async () => ({ _tag: "Ack" }), "Right(Ack)"],
    ["an Observable that errors threw", () => throwError(() => new Error("no")), "Threw(no)"],
    ["a promise that rejects threw", () => Promise.reject(new Error("no")), "Threw(no)"],
    ["a Task that rejects threw", () => () => Promise.reject(new Error("no")), "Threw(no)"],
    ["an Observable without a value threw", () => EMPTY, "Threw(The work completed without a value.)"],
    [
      "a handler that throws threw",
      () => {
        throw new Error("no");
      },
      "Threw(no)",
    ],
    [
      "a Task that throws threw",
      () => () => {
        throw new Error("no");
      },
      "Threw(no)",
    ],
    [
      "a thenable that throws threw",
      () => ({
        then: () => {
          throw new Error("no");
        },
      }),
      "Threw(no)",
    ],
    [
      "a thenable that answers twice answered once",
      () =>
        ({
          then: (f) => {
            f?.(1);
            return f?.(2);
          },
        }) as PromiseLike<number>,
      "Right(1)",
    ],
    [
      "no work is a failure that says so",
      foreign(() => undefined),
      "Threw(The handler returned no work but a value of type undefined; return an Observable, a promise, a Task or a TaskEither.)",
    ],
    [
      "null is no work",
      foreign(() => null),
      "Threw(The handler returned no work but null; return an Observable, a promise, a Task or a TaskEither.)",
    ],
    [
      "a function that returns no promise is no work",
      foreign(() => () => E.right(1)),
      "Threw(The handler returned a function that returns no promise; return an Observable, a promise, a Task or a TaskEither.)",
    ],
  ])("%s", async (_, work, expected) => {
    expect(await answered(work)).toBe(expected);
  });

  it("answers with the delay and cause that the handler named", async () => {
    const handled = await firstValueFrom(
      of(testMessage("a")).pipe(handle(async () => Retry({ cause: "busy", delayMs: 7 }))),
    );
    expect(handled.outcome).toStrictEqual(Retry({ cause: "busy", delayMs: 7 }));
  });

  it("carries the message and no follow-ups", async () => {
    const message = testMessage("a");
    const handled = await firstValueFrom(of(message).pipe(handle(() => of(1))));
    expect(handled).toStrictEqual({ message, result: E.right(1), outcome: undefined, followUps: [] });
  });
});

describe("handle and time", () => {
  it(
    "runs so many at a time, the others in order as places get free",
    marbles((m) => {
      const work = { a: "----x|", b: "-x|", c: "-x|" };
      const source = m.cold("(abc)--|", abc(m));
      const run = source.pipe(
        handle((x) => m.cold(work[x.data as "a"]), { concurrency: 2 }),
        told,
      );
      m.expect(run).toBeObservable("--b-cA---|".replace("b-cA---", "b-cA--"), { b: "b Right(x)", c: "c Right(x)", A: "a Right(x)" });
    }),
  );
});
