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
  type OperatorFunction,
  of,
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
  Release,
  Retry,
  settle,
  succeed,
} from "sluice";
import { testMessage } from "sluice/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Context, marbles } from "../../support/marbles.js";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellHandled, tellWhose } from "../../support/tell.js";

const looksLike = (call: string): string =>
  `Threw(The handler returned an object that looks like an Outcome and is none; make it by ${call}, or give a result of your own another _tag.)`;
const itself = (name: string, call: string): string =>
  `Threw(The handler returned the function ${name} itself; call it: ${call}.)`;

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
  const thenable = (run: (answer: (value: number) => void) => void): PromiseLike<number> =>
    // biome-ignore lint/suspicious/noThenProperty: what a query builder or another promise library returns
    ({ then: run }) as PromiseLike<number>;
  const foreign = (make: () => unknown) => make as () => Observable<unknown>;

  it.each<[string, () => Observable<unknown> | PromiseLike<unknown> | (() => Promise<unknown>), string]>([
    ["the value of an Observable is the result", () => of(1), "Right(1)"],
    ["of several values the last counts", () => of(1, 2, 3), "Right(3)"],
    ["undefined is a value", () => of(undefined), "Right(undefined)"],
    ["the value of a promise is the result", async () => 1, "Right(1)"],
    ["the value of a foreign thenable is the result", () => thenable((answer) => answer(1)), "Right(1)"],
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
    ["a tag of the user's own is a result", async () => ({ _tag: "Paid" }), "Right(Paid)"],
    [
      "what looks like an Outcome threw",
      async () => ({ _tag: "Retry", delay: 5 }),
      looksLike("Retry({ cause, delayMs })"),
    ],
    ["what looks like an Ack threw", async () => ({ _tag: "Ack" }), looksLike("Ack")],
    [
      "what looks like an Outcome in a Right threw",
      () => TE.right({ _tag: "Block" }),
      looksLike("Block({ cause, scope })"),
    ],
    [
      "an Outcome of JSON threw",
      () => of(JSON.parse(JSON.stringify(Release({ reason: "r" })))),
      looksLike("Release({ reason })"),
    ],
    ["a look-alike in a Left is an error like any", async () => E.left({ _tag: "Reject" }), "Failed([object Object])"],
    ["a maker without its call threw", () => Promise.resolve(Reject as unknown), itself("Reject", "Reject({ cause })")],
    [
      "a maker without its call, in a Right, threw",
      () => TE.right(Retry),
      itself("Retry", "Retry({ cause, delayMs })"),
    ],
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
      () =>
        thenable(() => {
          throw new Error("no");
        }),
      "Threw(no)",
    ],
    [
      "a thenable that answers twice answered once",
      () =>
        thenable((answer) => {
          answer(1);
          answer(2);
        }),
      "Right(1)",
    ],
    [
      "a Task in a promise, which nobody would run, threw",
      async () => TE.right(1),
      "Threw(The work answered a function (a Task?), which nobody runs: return it from the handler directly, or await what it answers.)",
    ],
    [
      "an Observable in an Observable threw",
      () => of(of(1)),
      "Threw(The work answered an Observable, which nobody runs: return it from the handler directly, or await what it answers.)",
    ],
    ["an Effect in a promise is awaited by that", async () => succeed(1), "Right(1)"],
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
    expect({ ...handled }).toStrictEqual({
      message,
      result: E.right(1),
      outcome: undefined,
      givenUp: undefined,
      followUps: [],
    });
  });
});

describe("handle and time", () => {
  const values = { a: "a Right(x)", b: "b Right(x)", c: "c Right(x)", t: "a TimedOut(5)" };

  it(
    "runs so many at a time, the others in order as places get free",
    marbles((m) => {
      const works = { a: m.cold("----x|"), b: m.cold("-x|"), c: m.cold("-x|") };
      const source = m.cold("(abc)--|", abc(m));
      const run = source.pipe(
        handle((x) => works[x.data as "a"], { concurrency: 2 }),
        told,
      );
      m.expect(run).toBeObservable("--b-ca-|", values);
      m.expect(works.a).toHaveSubscriptions("^----!");
      m.expect(works.b).toHaveSubscriptions("^-!");
      m.expect(works.c).toHaveSubscriptions("--^-!");
    }),
  );

  it(
    "runs one at a time in order with a concurrency of 1",
    marbles((m) => {
      const run = m.cold("(abc|)", abc(m)).pipe(
        handle(() => m.cold("--x|"), { concurrency: 1 }),
        told,
      );
      m.expect(run).toBeObservable("---a--b--(c|)", values);
    }),
  );

  it(
    "runs all that its source lets be unsettled by default, and completes after the last",
    marbles((m) => {
      const run = m.cold("(abc|)", abc(m, { prefetch: 3 })).pipe(
        handle(() => m.cold("-----x|")),
        told,
      );
      m.expect(run).toBeObservable("------(abc|)", values);
    }),
  );

  it(
    "unsubscribes a work after its time and says so",
    marbles((m) => {
      const work = m.cold("---x-x-x-x-");
      const run = m.cold("-a|", abc(m)).pipe(
        handle(() => work, { timeoutMs: 5 }),
        told,
      );
      m.expect(run).toBeObservable("------(t|)", values);
      m.expect(work).toHaveSubscriptions("-^----!");
    }),
  );

  it(
    "lets a work that ends at its last moment have ended",
    marbles((m) => {
      const run = m.cold("a|", abc(m)).pipe(
        handle(() => m.cold("----x(y|)"), { timeoutMs: 5 }),
        told,
      );
      m.expect(run).toBeObservable("-----(a|)", { a: "a Right(y)" });
    }),
  );

  it(
    "times each work from its own start, past those that ended before",
    marbles((m) => {
      const works = { a: m.cold("x|"), b: m.cold("---x|"), c: NEVER };
      const run = m.cold("a-b--c----------|", abc(m)).pipe(
        handle((x) => works[x.data as keyof typeof works], { timeoutMs: 5 }),
        told,
      );
      m.expect(run).toBeObservable("-a----b---t-----|", { ...values, t: "c TimedOut(5)" });
    }),
  );

  it(
    "times out at once with a timeout of 0, unless the work has ended at once",
    marbles((m) => {
      const run = m.cold("a-b|", abc(m)).pipe(
        handle((x) => (x.data === "a" ? of(1) : m.cold("x|")), { timeoutMs: 0 }),
        told,
      );
      m.expect(run).toBeObservable("a-b|", { a: "a Right(1)", b: "b TimedOut(0)" });
    }),
  );

  it(
    "never times out with a timeout of Infinity",
    marbles((m) => {
      const run = m.cold("a|", abc(m)).pipe(
        handle(() => NEVER, { timeoutMs: Number.POSITIVE_INFINITY }),
        told,
      );
      m.expect(run, "2592000s !").toBeObservable("-");
    }),
  );

  it(
    "times out after five minutes by default",
    marbles((m) => {
      const run = m.cold("a|", abc(m)).pipe(
        handle(() => NEVER),
        told,
      );
      m.expect(run).toBeObservable("5m (t|)", { t: "a TimedOut(300000)" });
    }),
  );

  it("takes the time from the scheduler that it is given, not from the message", () => {
    const given = new TestScheduler(() => undefined);
    const seen: Array<string> = [];
    of(testMessage("a"))
      .pipe(
        handle(() => NEVER, { timeoutMs: 5, scheduler: given }),
        told,
      )
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual([]);
    given.flush();
    expect(seen).toStrictEqual(["a TimedOut(5)"]);
  });

  it("leaves no timer behind when nothing runs", () => {
    const scheduler = new TestScheduler(() => undefined);
    const source = new Subject<Message<string>>();
    const work = new Subject<number>();
    source.pipe(handle(() => work, { scheduler })).subscribe();
    source.next(testMessage("a"));
    source.next(testMessage("b"));
    expect(scheduler.actions).toHaveLength(1);
    work.next(1);
    work.complete();
    expect(scheduler.actions).toHaveLength(0);
  });

  it("leaves no timer behind when it is unsubscribed", () => {
    const scheduler = new TestScheduler(() => undefined);
    const subscription = of(testMessage("a"))
      .pipe(handle(() => NEVER, { scheduler }))
      .subscribe();
    expect(scheduler.actions).toHaveLength(1);
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
  });

  it(
    "unsubscribes its works when it is unsubscribed or its source fails",
    marbles((m) => {
      const stopped = m.cold("--------x|");
      m.expect(m.cold("-a-", abc(m)).pipe(handle(() => stopped)), "----!").toBeObservable("-");
      m.expect(stopped).toHaveSubscriptions("-^--!");
      const failed = m.cold("--------x|");
      m.expect(m.cold("-a-#", abc(m)).pipe(handle(() => failed))).toBeObservable("---#");
      m.expect(failed).toHaveSubscriptions("-^-!");
    }),
  );
});

describe("handle and the lease", () => {
  it("holds a message while it waits and runs, until it has emitted what came of it", () => {
    const [a, b] = [testMessage("a"), testMessage("b")];
    const work = new Subject<number>();
    const held: Array<readonly [string, boolean]> = [];
    from([a, b])
      .pipe(
        handle(() => work, { concurrency: 1 }),
        tap((handled) => held.push([tellWhose(handled), a.isHeld()])),
      )
      .subscribe();
    expect([a.isHeld(), b.isHeld()]).toStrictEqual([true, true]);
    work.next(1);
    work.complete();
    expect(held[0]).toStrictEqual(["a Right(1)", true]);
    expect([a.isHeld(), b.isHeld()]).toStrictEqual([false, false]);
  });

  it("lets go of what waits and runs when it is unsubscribed", () => {
    const messages = [testMessage("a"), testMessage("b")];
    const subscription = from(messages)
      .pipe(handle(() => NEVER, { concurrency: 1 }))
      .subscribe();
    subscription.unsubscribe();
    expect(messages.map((message) => message.isHeld())).toStrictEqual([false, false]);
    expect(messages.map(({ settled }) => settled)).toStrictEqual([[], []]);
  });

  it(
    "unsubscribes the work of an interrupted message and reports it",
    marbles((m) => {
      const values = abc(m);
      const work = m.cold("--------x|");
      m.cold("---x").subscribe(() => values.a.interrupt("lease lost"));
      m.cold("----x").subscribe(() => values.b.interrupt("stopped"));
      m.expect(
        m.cold("-ab-------|", values).pipe(
          handle(() => work),
          told,
        ),
      ).toBeObservable("---ab-----|", {
        a: "a Interrupted(lease lost)",
        b: "b Interrupted(stopped)",
      });
      m.expect(work).toHaveSubscriptions(["-^-!", "--^-!"]);
    }),
  );

  it("reports a message that is interrupted while it waits, and never starts it", () => {
    const [a, b, c] = [testMessage("a"), testMessage("b"), testMessage("c")];
    const started: Array<string> = [];
    const seen: Array<string> = [];
    const work = new Subject<number>();
    from([a, b, c])
      .pipe(
        handle(
          (m) => {
            started.push(m.data);
            return work;
          },
          { concurrency: 1 },
        ),
        told,
      )
      .subscribe((text) => seen.push(text));
    b.interrupt("lease lost");
    work.next(1);
    work.complete();
    expect(started).toStrictEqual(["a", "c"]);
    expect(seen).toStrictEqual([
      "b Interrupted(lease lost)",
      "a Right(1)",
      "c Threw(The work completed without a value.)",
    ]);
  });

  it("reports a message that was interrupted before it came, and never starts it", () => {
    const message = testMessage("a");
    message.interrupt("stopped");
    const work = vi.fn(() => of(1));
    const seen: Array<string> = [];
    of(message)
      .pipe(handle(work), told)
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["a Interrupted(stopped)"]);
    expect(work).not.toHaveBeenCalled();
  });

  it("passes over what a promise answers after its time", async () => {
    const message = testMessage("a");
    let resolve: (value: number) => void = () => undefined;
    const seen: Array<string> = [];
    of(message)
      .pipe(
        handle(() => new Promise<number>((done) => (resolve = done))),
        told,
      )
      .subscribe((text) => seen.push(text));
    message.interrupt("stopped");
    resolve(1);
    await Promise.resolve();
    expect(seen).toStrictEqual(["a Interrupted(stopped)"]);
  });
});

describe("the signal of handle", () => {
  const signalsOf = (use: (message: Message<string>, signal: AbortSignal) => Observable<unknown>) => {
    const signals: Array<AbortSignal> = [];
    const operator = handle((m: Message<string>, context) => {
      signals.push(context.signal);
      return use(m, context.signal);
    });
    return { signals, operator };
  };

  it("aborts when the work is unsubscribed before its end", () => {
    const message = testMessage("a");
    const { signals, operator } = signalsOf(() => NEVER);
    of(message).pipe(operator).subscribe();
    const other = of(testMessage("b")).pipe(operator).subscribe();
    expect(signals.map((signal) => signal.aborted)).toStrictEqual([false, false]);
    message.interrupt("lease lost");
    expect(signals.map((signal) => signal.aborted)).toStrictEqual([true, false]);
    other.unsubscribe();
    expect(signals.map((signal) => signal.aborted)).toStrictEqual([true, true]);
  });

  it("does not abort when the work has ended", () => {
    const { signals, operator } = signalsOf(() => of(1));
    of(testMessage("a")).pipe(operator).subscribe().unsubscribe();
    expect(signals.map((signal) => signal.aborted)).toStrictEqual([false]);
  });

  it("is built when it is first read, and is aborted if that is too late", async () => {
    const message = testMessage("a");
    const built = vi.fn();
    vi.stubGlobal(
      "AbortController",
      class extends AbortController {
        constructor() {
          super();
          built();
        }
      },
    );
    let late: AbortSignal | undefined;
    of(message)
      .pipe(
        handle(async (_, context) => {
          await Promise.resolve();
          late = context.signal;
        }),
      )
      .subscribe();
    message.interrupt("stopped");
    expect(built).not.toHaveBeenCalled();
    await Promise.resolve();
    await Promise.resolve();
    expect(built).toHaveBeenCalledOnce();
    expect(late?.aborted).toBe(true);
  });

  it(
    "cannot change the answer by what its listeners do",
    marbles((m) => {
      const run = m.cold("a|", abc(m)).pipe(
        handle(
          (_, { signal }) =>
            new Observable((subscriber) => {
              signal.addEventListener("abort", () => subscriber.error(new Error("aborted")));
            }),
          { timeoutMs: 3 },
        ),
        told,
      );
      m.expect(run).toBeObservable("---(t|)", { t: "a TimedOut(3)" });
    }),
  );
});

describe("handle and what befalls it", () => {
  afterEach(() => {
    config.onUnhandledError = null;
  });

  it("runs ten thousand works that end at once without a deeper stack, one at a time too", () => {
    for (const concurrency of [undefined, 1]) {
      const seen: Array<unknown> = [];
      const messages = Array.from({ length: 10_000 }, (_, i) => testMessage(i));
      from(messages)
        .pipe(handle((m) => of(m.data), { concurrency }))
        .subscribe(({ message }) => seen.push(message.data));
      expect(seen).toStrictEqual(messages.map((message) => message.data));
    }
  });

  it("runs ten thousand messages that each bring the next, in order, without a deeper stack", () => {
    const source = new Subject<Message<number>>();
    const seen: Array<number> = [];
    source
      .pipe(
        handle((m) => of(m.data), { concurrency: 3 }),
        settle(),
      )
      .subscribe(({ message }) => {
        seen.push(message.data);
        if (message.data < 10_000) source.next(testMessage(message.data + 1));
        else source.complete();
      });
    source.next(testMessage(1));
    expect(seen).toStrictEqual(Array.from({ length: 10_000 }, (_, i) => i + 1));
  });

  it("starts ten thousand waiting messages after a slow one without a deeper stack", () => {
    const first = new Subject<number>();
    let count = 0;
    from(Array.from({ length: 10_000 }, (_, i) => testMessage(i)))
      .pipe(handle((m) => (m.data === 0 ? first : of(m.data)), { concurrency: 1 }))
      .subscribe(() => {
        count += 1;
      });
    expect(count).toBe(0);
    first.next(1);
    first.complete();
    expect(count).toBe(10_000);
  });

  it("ends by itself in the middle of a burst", () => {
    const messages = ["a", "b", "c"].map((text) => testMessage(text));
    const started: Array<string> = [];
    from(messages)
      .pipe(
        handle((m) => {
          started.push(m.data);
          return of(1);
        }),
        take(1),
      )
      .subscribe();
    expect(started).toStrictEqual(["a"]);
    expect(messages.some((message) => message.isHeld())).toBe(false);
  });

  it("unsubscribes a work during which the pipeline ended", () => {
    const message = testMessage("a");
    let torn = false;
    const source = new Subject<Message<string>>();
    const subscription = source
      .pipe(
        handle(() => {
          subscription.unsubscribe();
          return new Observable(() => () => {
            torn = true;
          });
        }),
      )
      .subscribe();
    source.next(message);
    expect(torn).toBe(true);
    expect(message.isHeld()).toBe(false);
  });

  it("reports a teardown that throws, and goes on", () => {
    vi.useFakeTimers();
    const unhandled: Array<unknown> = [];
    config.onUnhandledError = (cause: unknown) => unhandled.push(cause);
    const message = testMessage("a");
    const seen: Array<string> = [];
    of(message)
      .pipe(
        handle(
          () =>
            new Observable(() => () => {
              throw new Error("stuck");
            }),
        ),
        told,
      )
      .subscribe((text) => seen.push(text));
    message.interrupt("stopped");
    vi.runAllTimers();
    vi.useRealTimers();
    expect(seen).toStrictEqual(["a Interrupted(stopped)"]);
    expect(unhandled).toHaveLength(1);
  });

  it("fails at its first message where concurrency is above the prefetch, before any handler", () => {
    const work = vi.fn(() => of(1));
    const message = testMessage("a", { prefetch: 10 });
    const seen: Array<unknown> = [];
    of(message)
      .pipe(handle(work, { concurrency: 11 }))
      .subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toStrictEqual([expect.objectContaining({ _tag: "InvalidConfig", option: "concurrency" })]);
    expect(work).not.toHaveBeenCalled();
    expect(message.isHeld()).toBe(false);
    of(message)
      .pipe(handle(work, { concurrency: 10 }))
      .subscribe();
    expect(work).toHaveBeenCalledOnce();
  });

  it.each([
    ["concurrency", 0],
    ["concurrency", 1.5],
    ["concurrency", -1],
    ["concurrency", Number.NaN],
    ["timeoutMs", -1],
    ["timeoutMs", Number.NaN],
    ["timeoutMs", 2 ** 31],
  ])("refuses %s %d at once", (option, value) => {
    expect(() => handle(() => of(1), { [option]: value })).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option }),
    );
  });

  it("refuses a work that is no function at once", () => {
    expect(() => handle(5 as unknown as () => Observable<number>)).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option: "work" }),
    );
  });

  it("takes explicit undefined options", async () => {
    const options = { concurrency: undefined, timeoutMs: undefined, scheduler: undefined };
    const handled = await firstValueFrom(
      of(testMessage("a")).pipe(
        handle(() => of(1), options),
        told,
      ),
    );
    expect(handled).toBe("a Right(1)");
  });
});

describe("handle of batches", () => {
  const batchOf = (texts: ReadonlyArray<string>) => {
    const messages = texts.map((text) => testMessage(text));
    let made: Batch<string> | undefined;
    from(messages)
      .pipe(batch({ sizeMax: texts.length }))
      .subscribe((one) => {
        made = one;
      });
    if (made === undefined) throw new Error("no batch");
    return { messages, batch: made };
  };

  it("answers for each message with the result of its batch, in one burst", async () => {
    const { messages, batch: one } = batchOf(["a", "b", "c"]);
    const seen = await firstValueFrom(
      of(one).pipe(
        handle(async (b) => b.data.join("")),
        told,
        toArray(),
      ),
    );
    expect(seen).toStrictEqual(["a Right(abc)", "b Right(abc)", "c Right(abc)"]);
    expect(messages.map((message) => message.bursts())).toStrictEqual([1, 0, 0]);
    expect(messages.some((message) => message.isHeld())).toBe(false);
  });

  it("reports an interrupted message at once and the others by their result", () => {
    const { messages, batch: one } = batchOf(["a", "b", "c"]);
    const work = new Subject<number>();
    const seen: Array<string> = [];
    of(one)
      .pipe(
        handle(() => work),
        told,
      )
      .subscribe((text) => seen.push(text));
    messages[0]?.interrupt("lease lost");
    expect(seen).toStrictEqual(["a Interrupted(lease lost)"]);
    work.next(1);
    work.complete();
    expect(seen).toStrictEqual(["a Interrupted(lease lost)", "b Right(1)", "c Right(1)"]);
    expect(messages.map((message) => message.bursts())).toStrictEqual([0, 1, 0]);
  });

  it(
    "unsubscribes the work of a batch that has lost all its messages",
    marbles((m) => {
      const { messages, batch: one } = batchOf(["a", "b"]);
      const work = m.cold("------x|");
      m.cold("--x-y").subscribe((text) => messages[text === "x" ? 0 : 1]?.interrupt("lease lost"));
      m.expect(
        m.cold("x|", { x: one }).pipe(
          handle(() => work),
          told,
        ),
      ).toBeObservable("--a-(b|)", {
        a: "a Interrupted(lease lost)",
        b: "b Interrupted(lease lost)",
      });
      m.expect(work).toHaveSubscriptions("^---!");
    }),
  );

  it("never starts the work of a batch that was lost before it came", () => {
    const { messages, batch: one } = batchOf(["a", "b"]);
    for (const message of messages) message.interrupt("stopped");
    const work = vi.fn(() => of(1));
    const seen: Array<string> = [];
    of(one)
      .pipe(handle(work), told)
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["a Interrupted(stopped)", "b Interrupted(stopped)"]);
    expect(work).not.toHaveBeenCalled();
  });

  it("lets go of all messages when the pipeline ends in the middle of a burst", () => {
    const { messages, batch: one } = batchOf(["a", "b", "c"]);
    of(one)
      .pipe(
        handle(() => of(1)),
        take(2),
      )
      .subscribe();
    expect(messages.some((message) => message.isHeld())).toBe(false);
  });

  it("counts batches against its concurrency", () => {
    const works: Array<ReadonlyArray<string>> = [];
    from([batchOf(["a", "b"]).batch, batchOf(["c"]).batch])
      .pipe(
        handle(
          (b) => {
            works.push(b.data);
            return NEVER;
          },
          { concurrency: 1 },
        ),
      )
      .subscribe();
    expect(works).toStrictEqual([["a", "b"]]);
  });
});
