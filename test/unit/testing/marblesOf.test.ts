import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { map, merge, NEVER, of, throwError } from "rxjs";
import { type Context, configure } from "rxjs-marbles";
import { Ack, batch, catchTag, handle, handleBatch, queue, Retry, retryBackoff, settle } from "sluice";
import { memoryStore } from "sluice/memory";
import * as Q from "sluice/task";
import { marblesOf, testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { storeUnavailable } from "../../../src/core/SluiceError.js";

const marbles = marblesOf<Context>(configure);

/** The message of what the test throws. */
const failureOf = (body: (m: Context) => void): string => {
  try {
    marbles(body)();
  } catch (cause) {
    return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  }
  throw new Error("it passed");
};

const drawing = (...lines: ReadonlyArray<string>): string => `MarblesDiffer: ${lines.join("\n")}`;

describe("a failing marble", () => {
  it("draws what was expected above what happened, and says the first difference", () => {
    expect(failureOf((m) => m.expect(m.cold("-a---b|")).toBeObservable("-a--b-|"))).toBe(
      drawing(
        "at 4 ms: expected b, got nothing (it came at 5 ms)",
        "",
        "expected: -a--b-|",
        "actual:   -a---b|",
        "              ^",
      ),
    );
    expect(failureOf((m) => m.expect(m.cold("-ab-|")).toBeObservable("-a-b|"))).toContain(
      "at 2 ms: expected nothing, got b (expected at 3 ms)\n",
    );
    expect(failureOf((m) => m.expect(m.cold("-a|")).toBeObservable("-a-"))).toBe(
      drawing("at 2 ms: expected nothing, got the end", "", "expected: -a", "actual:   -a|", "            ^"),
    );
    expect(failureOf((m) => m.expect(m.cold("-")).toBeObservable("-a"))).toBe(
      drawing("at 1 ms: expected a, got nothing", "", "expected: -a", "actual:   -", "           ^"),
    );
  });

  it("writes long times as numbers, in the same columns on both sides", () => {
    expect(failureOf((m) => m.expect(m.cold("a 19999ms b 29ms (cd|)")).toBeObservable("a 19999ms b 39ms (cd|)"))).toBe(
      drawing(
        "at 20030 ms: expected nothing, got c (expected at 20040 ms)",
        "",
        "expected: a 19999ms b 29ms ----------(cd|)",
        "actual:   a 19999ms b 29ms (cd|)",
        "                            ^",
      ),
    );
  });

  it("draws text that a test can take over", () => {
    const failure = failureOf((m) => m.expect(m.cold("a 99ms (bc) 5ms d 200ms |")).toBeObservable("-"));
    const [, drawn = ""] = /^actual: +(.*)$/m.exec(failure) ?? [];
    expect(drawn).toBe("a 99ms (bc)-----d 200ms |");
    marbles((m) => m.expect(m.cold("a 99ms (bc) 5ms d 200ms |")).toBeObservable(drawn))();
  });

  it("calls values by the letters of the test, alike on both sides, and tells what they stand for", () => {
    const values = { r: Retry({ cause: "busy", delayMs: 5 }), a: Ack };
    expect(
      failureOf((m) => m.expect(m.cold("-x-y", { x: Ack, y: { new: true } })).toBeObservable("-r-a", values)),
    ).toBe(
      drawing(
        "at 1 ms: expected r, got a",
        "",
        "expected: -r-a",
        "actual:   -a-y",
        "           ^",
        "a = Ack",
        "r = Retry { cause: 'busy', delayMs: 5 }",
        "y = { new: true }",
      ),
    );
    expect(failureOf((m) => m.equal(m.cold("-x", { x: 7 }), "-y", { y: 8 }))).toContain("expected: -y\nactual:   -x\n");
  });

  it("gives letters of its own to what has none", () => {
    const numbers$ = of(7, 8, 7, "long");
    expect(failureOf((m) => m.expect(numbers$).toBeObservable("(xy|)", { x: 7, y: 9 }))).toBe(
      drawing(
        "at 0 ms: expected y, got a",
        "",
        "expected: (xy|)",
        "actual:   (xaxb|)",
        "            ^",
        "a = 8",
        "b = 'long'",
        "x = 7",
        "y = 9",
      ),
    );
  });

  it("draws errors as #, and says which", () => {
    const failed$ = throwError(() => new TypeError("no such\nthing"));
    expect(failureOf((m) => m.expect(failed$).toBeObservable("#", {}, new TypeError("nothing")))).toBe(
      drawing(
        "at 0 ms: expected the error TypeError: nothing, got the error TypeError: no such thing",
        "",
        "expected: #",
        "actual:   #",
        "          ^",
        "# = TypeError: nothing (expected), TypeError: no such thing (actual)",
      ),
    );
    expect(failureOf((m) => m.expect(failed$).toBeObservable("--#", {}, new TypeError("no such\nthing")))).toContain(
      "\n# = TypeError: no such thing",
    );
  });

  it("says where something had to be drawn too late", () => {
    const failure = failureOf((m) => m.expect(merge(of("a", "b"), m.cold("-c----d|"))).toBeObservable("(ab)--d|"));
    expect(failure).toBe(
      drawing(
        "at 1 ms: expected nothing, got c",
        "",
        "expected: (ab)--d|",
        "actual:   (ab)c-d|",
        "              ^",
        "c right behind a group is drawn too late: it is at 1 ms",
      ),
    );
  });

  it("shows neither data nor insides of messages and settlements", () => {
    const secret = { card: "4000-1234" };
    const failure = failureOf((m) => {
      const message = testMessage(secret, { scheduler: m.scheduler });
      const other = testMessage(secret, { scheduler: m.scheduler });
      const settled$ = m.cold("-m", { m: message }).pipe(
        handle(() => of(1)),
        settle(),
      );
      m.expect(m.cold<unknown>("m-b", { m: message, b: { message, other } })).toBeObservable("o", { o: other });
      m.expect(settled$).toBeObservable("-");
    });
    expect(failure).toMatch(/^m = message [0-9a-f-]{36}$/m);
    expect(failure).toMatch(/^o = message [0-9a-f-]{36}$/m);
    expect(failure.split("\n").every((line) => line.length < 200)).toBe(true);
    const settlement = failureOf((m) => {
      const settled$ = m.cold("-m", { m: testMessage(secret, { scheduler: m.scheduler }) }).pipe(
        handle(() => of(1)),
        settle(),
      );
      m.expect(settled$).toBeObservable("-");
    });
    expect(settlement).toMatch(/^a = Ack of message [0-9a-f-]{36}$/m);
    expect(settlement).not.toContain("4000");
  });

  it("bounds what it shows of a large value, and of a long stream", () => {
    const large = { text: "x".repeat(10_000), list: Array.from({ length: 1_000 }, (_, i) => i) };
    const failure = failureOf((m) => m.expect(of(large)).toBeObservable("(a|)", { a: { ...large, text: "y" } }));
    expect(failure.length).toBeLessThan(600);
    const numbers = Array.from({ length: 500 }, (_, i) => i);
    const long = failureOf((m) => m.expect(of(...numbers)).toBeObservable("(0|)", { 0: 0 }));
    expect(long.length).toBeLessThan(1_000);
    const late = failureOf((m) => {
      const ticks = m.cold(`${"a-".repeat(300)}b`);
      m.expect(ticks).toBeObservable(`${"a-".repeat(300)}c`);
    });
    expect(late).toContain("at 600 ms: expected c, got b\n\nfrom 560 ms on:\nexpected: …a-a-");
    expect(late.split("\n").find((line) => line.trim() === "^")?.length).toBe("expected: …".length + 41);
  });

  it("says where two values differ that look alike as shown", () => {
    const deep = (value: number) => ({ a: { text: "x".repeat(200), list: [{ more: "y".repeat(100), value }] } });
    expect(failureOf((m) => m.expect(of(deep(1))).toBeObservable("(d|)", { d: deep(2) }))).toContain(
      "d and a look alike as shown, and differ at .a.list[0].value",
    );
  });

  it("tells what Observables that are values do", () => {
    const failure = failureOf((m) => m.expect(of(m.cold("--x|"))).toBeObservable("(a|)", { a: m.cold("-x|") }));
    expect(failure).toContain("b = Observable of 'x' at 1 ms, the end at 2 ms\n");
    expect(failure).toContain("= Observable of 'x' at 2 ms, the end at 3 ms");
  });

  it("points at the expectation that is not met, and not into schedulers", () => {
    const placesOf = (body: (m: Context) => void): ReadonlyArray<string> => {
      try {
        marbles(body)();
      } catch (cause) {
        return String((cause as Error).stack)
          .split("\n")
          .filter((line) => /^ +at /.test(line));
      }
      throw new Error("it passed");
    };
    const second = (m: Context): void => m.expect(m.cold("a")).toBeObservable("b");
    const [place] = placesOf((m) => {
      m.expect(m.cold("a")).toBeObservable("a");
      m.expect(m.cold("-")).toHaveSubscriptions([]);
      second(m);
    });
    expect(place).toContain("at second (");
    expect(place).toContain("marblesOf.test.ts");
    expect(placesOf((m) => void m.scheduler.expectObservable(m.cold("a")).toBe("b"))).toEqual([]);
  });

  it("is not hindered by an error that has neither name nor message", () => {
    const odd = Object.assign(new Error(), { name: 1, message: undefined });
    expect(failureOf((m) => m.expect(of(odd)).toBeObservable("-"))).toContain("at 0 ms: expected nothing, got a");
    expect(failureOf((m) => m.expect(throwError(() => odd)).toBeObservable("-"))).toContain(
      "at 0 ms: expected nothing, got the error ",
    );
  });

  it("is not hindered by a value that cannot be shown", () => {
    const hostile = {
      get text(): string {
        throw new Error("no");
      },
      [Symbol.for("nodejs.util.inspect.custom")]: () => {
        throw new Error("no");
      },
    };
    expect(failureOf((m) => m.expect(of(hostile)).toBeObservable("-"))).toContain(
      "a = a value of type object that cannot be shown",
    );
  });

  it("draws subscriptions, one below the other", () => {
    const failure = failureOf((m) => {
      const source = m.hot("-a-b-c-|");
      source.subscribe();
      m.expect(source, "--^---!").toBeObservable("---b-c");
      m.expect(source).toHaveSubscriptions(["^------!", "--^-!"]);
    });
    expect(failure).toBe(
      drawing(
        "subscription 2 expected to end at 4 ms, ended at 6 ms",
        "",
        "expected 1: ^------!",
        "expected 2: --^-!",
        "actual 1:   ^------!",
        "actual 2:   --^---!",
      ),
    );
    expect(
      failureOf((m) => {
        const source = m.cold("-");
        m.expect(NEVER).toBeObservable("-");
        m.expect(source).toHaveSubscriptions("^ 99ms !");
      }),
    ).toBe(
      drawing("at 0 ms: expected a subscription, got none", "", "expected: ^ 99ms !", "actual:   never subscribed to"),
    );
  });
});

describe("a promise in a marble test", () => {
  const sentence = (what: string): string =>
    `Error: ${what}, and virtual time does not wait for promises: what comes behind it was compared by nobody. Use simulate of sluice/testing, which waits for them.`;
  const messages = (m: Context) => m.cold("a|", { a: testMessage("x", { scheduler: m.scheduler }) });

  it("is told where a handler returns one, also in a batch and by a task", () => {
    const handlers = [
      (m: Context) => messages(m).pipe(handle(async () => 1)),
      (m: Context) =>
        messages(m).pipe(
          batch({ waitMsMax: 0 }),
          handleBatch(async () => []),
        ),
      (m: Context) => messages(m).pipe(handle(() => TE.right(1))),
    ];
    // It passes otherwise: nothing is what comes of it.
    for (const handled of handlers)
      expect(failureOf((m) => m.expect(handled(m).pipe(settle())).toBeObservable("-"))).toBe(
        sentence("A handler returned a promise"),
      );
  });

  it("is told also where the comparison fails because of it", () => {
    expect(
      failureOf((m) =>
        m
          .expect(
            messages(m).pipe(
              handle(async () => 1),
              retryBackoff(),
              settle(),
            ),
          )
          .toBeObservable("-a"),
      ),
    ).toBe(sentence("A handler returned a promise"));
  });

  it("is told where an Effect is awaited, or a task is run, or catchTag answers one", () => {
    const orders = (m: Context) => queue(memoryStore({ scheduler: m.scheduler }), { name: "orders", codec: t.string });
    expect(failureOf((m) => void orders(m).enqueue("1").then())).toBe(sentence("An Effect was awaited"));
    expect(failureOf((m) => void Q.enqueue(orders(m))("1")())).toBe(sentence("A task was run"));
    expect(
      failureOf((m) => {
        const failed$ = throwError(() => storeUnavailable("gone"));
        m.expect(failed$.pipe(catchTag("StoreUnavailable", async () => 1))).toBeObservable("-");
      }),
    ).toBe(sentence("catchTag was given a promise"));
    expect(
      failureOf((m) => m.expect(orders(m).messages({ stop$: new Promise(() => undefined) }), "!").toBeObservable("-")),
    ).toBe(sentence("stop$ is a promise"));
  });

  it("is nobody's business where an Effect is subscribed to, and outside", async () => {
    marbles((m) => {
      const orders = queue(memoryStore({ scheduler: m.scheduler }), { name: "orders", codec: t.string });
      m.expect(orders.enqueue("1").pipe(map(({ duplicate }) => duplicate))).toBeObservable("(a|)", { a: false });
    })();
    const orders = queue(memoryStore(), { name: "orders", codec: t.string });
    expect(await orders.enqueue("1")).toMatchObject({ duplicate: false });
  });

  it("is refused as a body", () => {
    expect(failureOf(async () => undefined)).toContain("must not be async");
  });
});
