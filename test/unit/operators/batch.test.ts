import { from, map, Subject, take } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { type Batch, batch, type Message } from "sluice";
import { type TestMessage, testMessage } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { type Context, marbles } from "../../support/marbles.js";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellBatch, tellOutcome } from "../../support/tell.js";

const letters = (
  m: Context,
  options: { readonly prefetch?: number } = {},
): Readonly<Record<string, TestMessage<string>>> =>
  Object.fromEntries([..."abcdef"].map((text) => [text, testMessage(text, { scheduler: m.scheduler, ...options })]));

const told = map(tellBatch);
const x = "[a,b,c]";

describe("batch", () => {
  operatorLaws({
    operator: () => batch<string>({ sizeMax: 1 }),
    input: (text, m) => testMessage(text, { scheduler: m.scheduler }),
    show: tellBatch,
    shown: (text) => `[${text}]`,
  });

  it(
    "closes a full window at once",
    marbles((m) => {
      const source = m.cold("-a-b-c-d-e-f-|", letters(m));
      m.expect(source.pipe(batch({ sizeMax: 3 }), told)).toBeObservable("-----x-----y-|", { x, y: "[d,e,f]" });
      m.expect(source).toHaveSubscriptions("^------------!");
    }),
  );

  it(
    "closes a window after its time, counted from its first message",
    marbles((m) => {
      const source = m.cold("-a--b-c-------d-----|", letters(m));
      const values = { x: "[a,b]", y: "[c]", z: "[d]" };
      m.expect(source.pipe(batch({ waitMsMax: 4 }), told)).toBeObservable("-----x----y-------z-|", values);
    }),
  );

  it(
    "takes in what arrives in the last moment of a window",
    marbles((m) => {
      m.expect(m.cold("a---b|", letters(m)).pipe(batch({ waitMsMax: 5 }), told)).toBeObservable("-----(x|)", {
        x: "[a,b]",
      });
    }),
  );

  it(
    "closes the last window with its source",
    marbles((m) => {
      m.expect(m.cold("-a-b-c-|", letters(m)).pipe(batch(), told)).toBeObservable("-------(x|)", { x });
    }),
  );

  it(
    "waits 50 ms by default and closes at 100",
    marbles((m) => {
      m.expect(m.cold("a 99ms |", letters(m)).pipe(batch(), told)).toBeObservable("50ms x 49ms |", { x: "[a]" });
      const many = Array.from({ length: 250 }, (_, i) => testMessage(i));
      m.expect(
        from(many).pipe(
          batch<number>(),
          map((one) => one.data.length),
        ),
      ).toBeObservable("(aab|)", { a: 100, b: 50 });
    }),
  );

  it(
    "closes with the current burst where nothing may wait",
    marbles((m) => {
      const source = m.cold("(abc)-d|", letters(m));
      m.expect(source.pipe(batch({ waitMsMax: 0 }), told)).toBeObservable("x-----y|", { x, y: "[d]" });
    }),
  );

  it(
    "drops what it holds where its source fails, and lets go of it",
    marbles((m) => {
      const values = letters(m);
      m.expect(m.cold("-a-#", values).pipe(batch(), told)).toBeObservable("---#");
      m.flush();
      expect(values["a"]?.isHeld()).toBe(false);
    }),
  );

  it(
    "has one window for each group, closed in the order of their first messages",
    marbles((m) => {
      const vowel = (message: Message<string>): string => ("ae".includes(message.data) ? "vowel" : "consonant");
      const run = (options: { readonly sizeMax?: number; readonly waitMsMax?: number }) =>
        m.cold("-a-b-c-d-e-f---|", letters(m)).pipe(batch({ by: vowel, ...options }), told);
      const values = { x: "[b,c]", y: "[a,e]", z: "[d,f]", v: "[a,e]", w: "[b,c,d,f]" };
      m.expect(run({ sizeMax: 2 })).toBeObservable("-----x---y-z---|", values);
      m.expect(run({ waitMsMax: 12 })).toBeObservable("-------------v-(w|)", values);
    }),
  );

  it("forgets a group when its window closes", () => {
    const scheduler = new TestScheduler(() => undefined);
    const source = new Subject<Message<number>>();
    const seen: Array<string> = [];
    source.pipe(batch({ by: (message) => `group ${message.data}`, sizeMax: 2, scheduler })).subscribe((one) => {
      seen.push(tellBatch(one));
    });
    for (let i = 0; i < 1_000; i++) {
      source.next(testMessage(i));
      source.next(testMessage(i));
    }
    expect(seen).toHaveLength(1_000);
    expect(scheduler.actions).toHaveLength(0);
  });

  it("has one timer for any number of windows", () => {
    const scheduler = new TestScheduler(() => undefined);
    const source = new Subject<Message<number>>();
    const running = source.pipe(batch({ by: (message) => String(message.data), scheduler })).subscribe();
    for (let i = 0; i < 100; i++) source.next(testMessage(i));
    expect(scheduler.actions).toHaveLength(1);
    running.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
  });

  it("holds what is in a window until the window was emitted", () => {
    const [a, b] = [testMessage("a"), testMessage("b")];
    const held: Array<boolean> = [];
    const source = new Subject<Message<string>>();
    source.pipe(batch({ sizeMax: 2 })).subscribe(() => held.push(a.isHeld(), b.isHeld()));
    source.next(a);
    expect(a.isHeld()).toBe(true);
    source.next(b);
    expect(held).toStrictEqual([true, true]);
    expect([a.isHeld(), b.isHeld()]).toStrictEqual([false, false]);
  });

  it("lets go of what it holds when it is unsubscribed", () => {
    const messages = ["a", "b", "c"].map((text) => testMessage(text));
    const source = new Subject<Message<string>>();
    const subscription = source.pipe(batch({ by: (message) => message.data })).subscribe();
    for (const message of messages) source.next(message);
    expect(messages.every((message) => message.isHeld())).toBe(true);
    subscription.unsubscribe();
    expect(messages.some((message) => message.isHeld())).toBe(false);
    expect(messages.flatMap(({ settled }) => settled)).toStrictEqual([]);
  });

  it.each(["lease lost", "stopped"] as const)("leaves out a message that is interrupted in a window: %s", (reason) => {
    const [a, b, c] = [testMessage("a"), testMessage("b"), testMessage("c")];
    const source = new Subject<Message<string>>();
    const seen: Array<string> = [];
    source.pipe(batch({ sizeMax: 2 }), told).subscribe((text) => seen.push(text));
    source.next(a);
    a.interrupt(reason);
    source.next(b);
    expect(seen).toStrictEqual([]);
    source.next(c);
    expect(seen).toStrictEqual(["[b,c]"]);
    expect(a.settled).toStrictEqual([]);
  });

  it("forgets a window whose messages are all interrupted, also one that came so", () => {
    const scheduler = new TestScheduler(() => undefined);
    const [a, b] = [testMessage("a"), testMessage("b")];
    const source = new Subject<Message<string>>();
    const seen: Array<Batch<string>> = [];
    source.pipe(batch({ scheduler })).subscribe((one) => seen.push(one));
    source.next(a);
    a.interrupt("lease lost");
    b.interrupt("lease lost");
    source.next(b);
    expect(scheduler.actions).toHaveLength(0);
    source.complete();
    expect(seen).toStrictEqual([]);
  });

  it("settles a message on which `by` throws like an undecided failure, and goes on", () => {
    const messages = ["a", "b"].map((text) => testMessage(text));
    const seen: Array<string> = [];
    from(messages)
      .pipe(
        batch({
          by: (message) => {
            if (message.data === "a") throw new Error("no group");
            return message.data;
          },
        }),
        told,
      )
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["[b]"]);
    expect(messages.map(({ settled }) => settled.map(tellOutcome))).toStrictEqual([["Retry in 200 ms"], []]);
  });

  it("closes ten thousand windows in one burst without a deeper stack", () => {
    let count = 0;
    from(Array.from({ length: 10_000 }, (_, i) => testMessage(i)))
      .pipe(batch({ sizeMax: 1 }))
      .subscribe(() => {
        count += 1;
      });
    expect(count).toBe(10_000);
  });

  it("ends in the middle of its last windows when it is unsubscribed there", () => {
    const messages = ["a", "b"].map((text) => testMessage(text));
    const seen: Array<string> = [];
    from(messages)
      .pipe(batch({ by: (message) => message.data }), told, take(1))
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["[a]"]);
    expect(messages.some((message) => message.isHeld())).toBe(false);
  });

  it("fails at its first message where sizeMax is above the prefetch, and fits its default to it", () => {
    const message = testMessage("a", { prefetch: 10 });
    const errors: Array<unknown> = [];
    from([message])
      .pipe(batch({ sizeMax: 11 }))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toStrictEqual([expect.objectContaining({ _tag: "InvalidConfig", option: "sizeMax" })]);
    const seen: Array<number> = [];
    from(Array.from({ length: 25 }, (_, i) => testMessage(i, { prefetch: 10 })))
      .pipe(batch())
      .subscribe((one) => seen.push(one.data.length));
    expect(seen).toStrictEqual([10, 10, 5]);
  });

  it.each([
    ["sizeMax", 0],
    ["sizeMax", 1.5],
    ["sizeMax", Number.POSITIVE_INFINITY],
    ["waitMsMax", -1],
    ["waitMsMax", Number.NaN],
    ["waitMsMax", Number.POSITIVE_INFINITY],
  ])("refuses %s %d at once", (option, value) => {
    expect(() => batch({ [option]: value })).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
  });
});
