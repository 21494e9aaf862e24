import { right as taskRight } from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { interval, map, merge, NEVER, type Observable, of, Subject, type Subscription, tap, throwError } from "rxjs";
import { Ack, handle, type Message, type QueueEvent, queue, retryBackoff, type Store, settle } from "sluice";
import { type Simulation, simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";

const texts = (store: Store) => queue(store, { name: "texts", codec: t.string, leaseMs: 30_000 });

describe("simulate", () => {
  it("runs minutes of backoff with promise handlers, to the millisecond", () =>
    simulate(async ({ store, advance, expect$ }) => {
      const q = texts(store);
      await q.enqueue("a");
      const outcomes$ = q.messages().pipe(
        handle(async (m) => {
          if (m.attempt < 3) throw new Error("not yet");
        }),
        retryBackoff({ initialMs: 20_000 }),
        settle(),
        map((s) => s.outcome._tag),
      );
      expect$(outcomes$, 200_000).toBe("r 19999ms r 39999ms a", { r: "Retry", a: "Ack" });
      await advance(200_000);
    }));

  it("lets TaskEither handlers take part, always the same way", async () => {
    const run = (): Promise<ReadonlyArray<string>> =>
      simulate(async ({ store, advance, nowMs }) => {
        const q = texts(store);
        await q.enqueueAll(["a", "b", "c"]);
        const seen: Array<string> = [];
        const subscription = q
          .messages({ prefetch: 2 })
          .pipe(
            handle((m) => taskRight(m.data)),
            settle(),
          )
          .subscribe((s) => seen.push(`${s.message.data}@${nowMs()}`));
        await advance(10);
        subscription.unsubscribe();
        return seen;
      });
    const first = await run();
    expect(first).toEqual(["a@0", "b@0", "c@0"]);
    for (let i = 0; i < 20; i++) expect(await run()).toEqual(first);
  });

  it("fails where an expectation is not met, drawn, and at the place where it was written", async () => {
    const wrong = simulate(async ({ store, expect$, advance }) => {
      const q = texts(store);
      await q.enqueue("x");
      const outcomes$ = q.messages().pipe(
        handle(async (m) => {
          if (m.attempt < 2) throw new Error("not yet");
        }),
        retryBackoff({ initialMs: 20_000 }),
        settle(),
        map((s) => s.outcome._tag),
      );
      expect$(outcomes$, 90_000).toBe("r 9999ms a", { r: "Retry", a: "Ack" });
      await advance(90_000);
    });
    const failure: unknown = await wrong.catch((cause: unknown) => cause);
    if (!(failure instanceof Error)) throw new Error("it passed");
    expect(`${failure.name}: ${failure.message}`).toBe(
      [
        "MarblesDiffer: at 10000 ms: expected a, got nothing (it came at 20000 ms)",
        "",
        "expected: r 9999ms a",
        "actual:   r 9999ms - 9999ms a",
        "                   ^",
        "a = 'Ack'",
        "r = 'Retry'",
      ].join("\n"),
    );
    expect(failure.stack?.split("\n").find((line) => /^ +at /.test(line))).toContain("simulate.test.ts");
  });

  it("fails at once where a diagram cannot be read", async () => {
    await expect(simulate(({ expect$ }) => expect$(of(1)).toBe("a!"))).rejects.toThrow(/unsubscription marker/);
  });

  it("compares the end and errors too", async () => {
    const compared = (source$: Observable<unknown>, marbles: string): Promise<void> =>
      simulate(async ({ expect$, advance }) => {
        expect$(source$).toBe(marbles);
        await advance(5);
      });
    await compared(of("a"), "(a|)");
    await compared(
      throwError(() => "error"),
      "#",
    );
    await expect(compared(of("a"), "a")).rejects.toThrow("at 0 ms: expected nothing, got the end");
    await expect(
      compared(
        throwError(() => new Error("down")),
        "#",
      ),
    ).rejects.toThrow("at 0 ms: expected the error 'error', got the error Error: down");
  });

  it("fails where the body leaves a timer behind", async () => {
    const leaky = simulate(async ({ scheduler }) => {
      interval(1_000, scheduler).subscribe();
    });
    await expect(leaky).rejects.toThrow(/left 1 timers and 0 waiting consumers behind/);
  });

  it("fails where the body leaves a consumer behind that waits, and not where that is crashed or done", async () => {
    const consume = (end: (simulation: Simulation, subscription: Subscription) => void): Promise<void> =>
      simulate(async (simulation) => {
        const subscription = texts(simulation.store).messages().subscribe();
        await simulation.advance(1);
        end(simulation, subscription);
      });
    await expect(consume(() => undefined)).rejects.toThrow(/left 0 timers and 1 waiting consumers behind/);
    await consume((_, subscription) => subscription.unsubscribe());
    await consume(({ crash }) => crash());
  });

  it("fails where the body leaves a feed behind that waits without end", async () => {
    const wait = (end: (subscription: Subscription) => void): Promise<void> =>
      simulate(async ({ store, advance }) => {
        const request = { after: undefined, types: undefined, categories: undefined, limit: 1, waitMsMax: Infinity };
        const subscription = store.readFeed(request).subscribe();
        await advance(1);
        end(subscription);
      });
    await expect(wait(() => undefined)).rejects.toThrow(/left 0 timers and 1 waiting consumers behind/);
    await wait((subscription) => subscription.unsubscribe());
  });

  it("redelivers what a crashed client held, after its lease, as attempt 2", () =>
    simulate(async ({ store, client, crash, advance, nowMs }) => {
      const q = texts(store);
      await q.enqueue("a");
      const doomed = q
        .messages()
        .pipe(
          handle(() => NEVER),
          settle(),
        )
        .subscribe();
      await advance(10_000);
      crash();
      doomed.unsubscribe();
      const seen: Array<string> = [];
      const survivor = texts(client().store)
        .messages()
        .pipe(
          handle(async (m) => m.attempt),
          settle(),
        )
        .subscribe((s) => seen.push(`${s.message.attempt} ${s.outcome._tag} @${nowMs()}`));
      await advance(60_000);
      survivor.unsubscribe();
      expect(seen).toHaveLength(1);
      expect(seen[0]).toMatch(/^2 Ack @(30|40)\d{3}$/);
    }));

  it("settles once where the reply of the settle was lost", () =>
    simulate(async ({ store, dropReply, advance, client }) => {
      const q = texts(store);
      await q.enqueue("a");
      dropReply();
      const outcomes: Array<string> = [];
      const events: Array<QueueEvent["_tag"]> = [];
      const listening = q.events$.subscribe((event) => events.push(event._tag));
      const running = q
        .messages()
        .pipe(
          handle(async () => 1),
          settle(),
        )
        .subscribe((s) => outcomes.push(s.outcome._tag));
      await advance(5_000);
      running.unsubscribe();
      listening.unsubscribe();
      await advance(0);
      expect(outcomes).toEqual(["Ack"]);
      expect(events).toEqual(["Delivered", "StoreFailed", "Settled"]);
      expect(await texts(client().store).stats()).toMatchObject({ acked: 1, leased: 0 });
    }));

  it("rides out an outage and tells the story", () =>
    simulate(async ({ store, disconnect, reconnect, advance }) => {
      const q = texts(store);
      const story: Array<string> = [];
      const listening = merge(q.events$, store.events$).subscribe(({ _tag }) => {
        if (story.at(-1) !== _tag) story.push(_tag);
      });
      const work$ = new Subject<number>();
      const running = q
        .messages()
        .pipe(
          handle(() => work$),
          settle(),
          tap((s) => story.push(`settled ${s.outcome._tag}`)),
        )
        .subscribe();
      await q.enqueue("a");
      await advance(1);
      disconnect();
      work$.next(1);
      work$.complete();
      await advance(5_000);
      reconnect();
      await advance(5_000);
      running.unsubscribe();
      listening.unsubscribe();
      await advance(0);
      expect(story).toEqual(["Delivered", "StoreDown", "StoreFailed", "StoreUp", "settled Ack", "Settled"]);
    }));

  it("interrupts a handler whose lease is expired under it, and delivers again", () =>
    simulate(async ({ store, expireLeases, advance, nowMs }: Simulation) => {
      const q = texts(store);
      await q.enqueue("a");
      const seen: Array<string> = [];
      const running = q
        .messages()
        .pipe(
          handle((m: Message<string>) => (m.attempt === 1 ? NEVER : of(1))),
          settle(),
        )
        .subscribe((s) => seen.push(`${s.message.attempt} ${s.outcome._tag} @${nowMs()}`));
      await advance(1_000);
      expect(await expireLeases("texts")).toBe(1);
      await advance(30_000);
      running.unsubscribe();
      expect(seen).toEqual(["2 Ack @1000", "1 Lost @10000"]);
    }));

  it("expires a lease so that a later ack of it is LeaseLost", () =>
    simulate(async ({ store, expireLeases }) => {
      const q = texts(store);
      await q.enqueue("a");
      const [m] = await q.receive({ max: 1 });
      await expireLeases("texts");
      await expect(Promise.resolve(m?.ack)).rejects.toMatchObject({ _tag: "LeaseLost" });
      const [again] = await q.receive({ max: 1 });
      expect(again?.attempt).toBe(2);
      expect(await again?.ack).toBe(Ack);
    }));
});
