/** What a user will try first, and must find right: each on every store. */
import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import {
  concatMap,
  delay,
  EMPTY,
  filter,
  from,
  lastValueFrom,
  map,
  merge,
  mergeMap,
  NEVER,
  of,
  Subject,
  take,
  tap,
  timer,
  toArray,
} from "rxjs";
import {
  Ack,
  atomically,
  batch,
  block,
  deadLetter,
  enqueueTo,
  filterData,
  handle,
  type MessageId,
  newMessageId,
  type QueueEvent,
  queue,
  retryBackoff,
  type Store,
  settle,
} from "sluice";
import { beforeEach, describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";

const Item = t.type({ publisher: t.string, n: t.number });

describe.each(mostStores())("on %s", (_, open) => {
  let store: Store;
  beforeEach(() => {
    store = open();
  });

  const texts = (options: { readonly leaseMs?: number; readonly attemptsMax?: number } = {}) =>
    queue(store, { name: "texts", codec: t.string, ...options });

  it("pushes a, b, c and consumes singly: a, b, c", async () => {
    const q = texts();
    for (const text of ["a", "b", "c"]) await q.enqueue(text);
    const seen = await lastValueFrom(
      q.messages({ prefetch: 1 }).pipe(
        concatMap((m) => m.ack.pipe(map(() => m.data))),
        take(3),
        toArray(),
      ),
    );
    expect(seen).toEqual(["a", "b", "c"]);
  });

  it("gives exactly 3 in order when the window of a batch of 5 ends", async () => {
    const q = texts();
    await q.enqueueAll(["a", "b", "c"]);
    const data = await lastValueFrom(
      q.messages().pipe(
        batch({ sizeMax: 5, waitMsMax: 20 }),
        concatMap((b) => b.ack.pipe(map((answers) => [b.data, answers]))),
        take(1),
      ),
    );
    expect(data).toEqual([
      ["a", "b", "c"],
      [right(Ack), right(Ack), right(Ack)],
    ]);
  });

  it.each([0, -1])("refuses a batch size of %d and leaves the queue untouched", async (sizeMax) => {
    const q = texts();
    await q.enqueue("a");
    expect(() => batch({ sizeMax })).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "sizeMax" }));
    expect(await q.stats()).toMatchObject({ enqueued: 1, ready: 1 });
  });

  it("brings back only what was not acked of a batch, as attempt 2", async () => {
    const q = texts({ leaseMs: 60 });
    await q.enqueueAll(["a", "b", "c", "d"]);
    const first = await q.receive({ max: 4 });
    await first[0]?.ack;
    await first[2]?.ack;
    // What a lease's end gives back comes alone, since it may have killed its process.
    const again = [
      ...(await q.receive({ max: 4, waitMsMax: 2_000 })),
      ...(await q.receive({ max: 4, waitMsMax: 2_000 })),
    ];
    expect(again.map((m) => [m.id, m.data, m.attempt])).toEqual([
      [first[1]?.id, "b", 2],
      [first[3]?.id, "d", 2],
    ]);
    for (const m of again) await m.ack;
    expect(await q.stats()).toMatchObject({ acked: 4, leased: 0, ready: 0 });
  });

  it("succeeds without effect when acked twice", async () => {
    const q = texts();
    await q.enqueue("a");
    const [m] = await q.receive({ max: 1 });
    expect([await m?.ack, await m?.ack, await m?.settle(Ack)]).toEqual([Ack, Ack, Ack]);
    expect(await q.stats()).toMatchObject({ acked: 1, leased: 0 });
  });

  it("acks once and goes on where a join acks a message twice", async () => {
    const q = texts();
    await q.enqueueAll(["a", "b", "c"]);
    const acked = await lastValueFrom(
      q.messages({ prefetch: 1 }).pipe(
        concatMap((m) => atomically([m.ack, m.ack])),
        take(3),
        toArray(),
      ),
    );
    expect(acked).toEqual([
      [Ack, Ack],
      [Ack, Ack],
      [Ack, Ack],
    ]);
    expect(await q.stats()).toMatchObject({ acked: 3, leased: 0 });
  });

  it("emits nothing that a stop without grace gave back, and gives it back in order", async () => {
    const q = texts();
    await q.enqueueAll(["a", "b", "c", "d"]);
    const stop$ = new Subject<void>();
    const seen: Array<string> = [];
    await new Promise<void>((resolve, reject) => {
      q.messages({ stop$, stopMsMax: 0 }).subscribe({
        next: (m) => {
          seen.push(m.data);
          stop$.next();
        },
        error: reject,
        complete: resolve,
      });
    });
    expect(seen).toEqual(["a"]);
    const back = await q.receive({ max: 4 });
    expect(back.map((m) => [m.data, m.attempt])).toEqual([
      ["a", 1],
      ["b", 1],
      ["c", 1],
      ["d", 1],
    ]);
  });

  it("changes nothing for others when a lease of an unknown token is settled", async () => {
    const q = texts();
    await q.enqueue("a");
    const [m] = await q.receive({ max: 1 });
    const foreign: MessageId = newMessageId();
    const answers = await store.write(
      [
        [
          {
            _tag: "Settle",
            queue: "texts",
            id: foreign,
            token: "no such token",
            outcome: Ack,
            cause: "",
            attemptsMax: 20,
          },
        ],
      ],
      newMessageId(),
    );
    expect(answers).toEqual([left(expect.objectContaining({ _tag: "LeaseLost", id: foreign }))]);
    expect(await q.stats()).toMatchObject({ leased: 1, acked: 0 });
    await m?.ack;
  });

  it("does not ack by an ack Effect that nobody subscribes to", async () => {
    const q = texts();
    await q.enqueue("a");
    const [m] = await q.receive({ max: 1 });
    void m?.ack;
    expect(await q.stats()).toMatchObject({ leased: 1, acked: 0 });
  });

  it("delivers 300 distinct ids of three publishers, each publisher's in order per key", async () => {
    const q = queue(store, { name: "items", codec: Item, key: ({ publisher }) => publisher });
    const publish = (publisher: string) =>
      from(Array.from({ length: 100 }, (__, n) => ({ publisher, n }))).pipe(enqueueTo(q, { sizeMax: 7 }));
    const publishing = lastValueFrom(merge(publish("x"), publish("y"), publish("z")).pipe(toArray()));
    const seen = await lastValueFrom(
      q.messages().pipe(
        handle(async (m) => m.data),
        settle(),
        take(300),
        toArray(),
      ),
    );
    await publishing;
    expect(new Set(seen.map((s) => s.message.id)).size).toBe(300);
    for (const publisher of ["x", "y", "z"])
      expect(seen.filter((s) => s.message.data.publisher === publisher).map((s) => s.message.data.n)).toEqual(
        Array.from({ length: 100 }, (__, n) => n),
      );
  });

  it("names the leaked ids of a plain filter, and its credit returns", async () => {
    const q = queue(store, { name: "numbers", codec: t.number, leaseMs: 50, attemptsMax: 1 });
    await q.enqueueAll(Array.from({ length: 40 }, (__, n) => n));
    const leaked: Array<string> = [];
    const watching = q.events$.subscribe((event: QueueEvent) => {
      if (event._tag === "Expired") leaked.push(event.id);
    });
    const acked = await lastValueFrom(
      q.messages({ prefetch: 10 }).pipe(
        filter((m) => m.data % 2 === 0),
        handle(async (m) => m.data),
        settle(),
        take(20),
        map((s) => s.message.data),
        toArray(),
      ),
    );
    watching.unsubscribe();
    expect([...acked].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (__, n) => 2 * n));
    expect(leaked.length).toBeGreaterThanOrEqual(10);
  });

  it("settles all 10,000 without delay where filterData drops half at prefetch 10", async () => {
    const q = queue(store, { name: "numbers", codec: t.number });
    await lastValueFrom(from(Array.from({ length: 10_000 }, (__, n) => n)).pipe(enqueueTo(q, { sizeMax: 1_000 })));
    await lastValueFrom(
      q.messages({ prefetch: 10 }).pipe(
        filterData((n) => n % 2 === 0),
        handle(async (m) => m.data),
        settle(),
        take(5_000),
      ),
    );
    await expect.poll(async () => (await q.stats()).acked + (await q.stats()).ready).toBeGreaterThanOrEqual(9_999);
  });

  it("holds at most 10 of 100,000 unsettled at prefetch 10 with a slow handler", async () => {
    const q = queue(store, { name: "numbers", codec: t.number });
    await lastValueFrom(from(Array.from({ length: 100_000 }, (__, n) => n)).pipe(enqueueTo(q, { sizeMax: 1_000 })));
    let unsettled = 0;
    let most = 0;
    await lastValueFrom(
      q.messages({ prefetch: 10 }).pipe(
        tap(() => {
          unsettled += 1;
          most = Math.max(most, unsettled);
        }),
        handle(() => timer(2)),
        settle(),
        tap(() => {
          unsettled -= 1;
        }),
        take(200),
      ),
    );
    expect(most).toBe(10);
    await expect.poll(async () => (await q.stats()).leased).toBe(0);
  });

  it("makes a value of every way in which a handler fails", async () => {
    const q = texts();
    const works: Record<string, () => unknown> = {
      throws: () => {
        throw new Error("sync");
      },
      rejects: async () => Promise.reject(new Error("async")),
      left: async () => left("no"),
      never: () => NEVER,
      empty: () => EMPTY,
      twice: () => of(1, 2),
    };
    await q.enqueueAll(Object.keys(works));
    const settled = await lastValueFrom(
      q.messages().pipe(
        handle((m) => works[m.data]?.() as Promise<unknown>, { timeoutMs: 30 }),
        deadLetter(),
        settle(),
        take(6),
        toArray(),
      ),
    );
    const results = Object.fromEntries(
      settled.map((s) => [s.message.data, s.result._tag === "Left" ? s.result.left._tag : s.result.right]),
    );
    expect(results).toEqual({
      throws: "Threw",
      rejects: "Threw",
      left: "Failed",
      never: "TimedOut",
      empty: "Threw",
      twice: 2,
    });
    expect(await q.stats()).toMatchObject({ acked: 1, dead: 5 });
  });

  it("unsubscribes the work and gives the message back when unsubscribed in the middle", async () => {
    const q = texts();
    await q.enqueue("a");
    let cancelled = 0;
    await new Promise<void>((resolve) => {
      const subscription = q
        .messages()
        .pipe(
          handle(() =>
            merge(NEVER, timer(5).pipe(tap(() => subscription.unsubscribe()))).pipe(
              tap({
                unsubscribe: () => {
                  cancelled += 1;
                  resolve();
                },
              }),
            ),
          ),
          settle(),
        )
        .subscribe();
    });
    expect(cancelled).toBe(1);
    await expect.poll(async () => q.stats()).toMatchObject({ ready: 1, leased: 0 });
    const [again] = await q.receive({ max: 1 });
    expect(again?.attempt).toBe(1);
    await again?.ack;
  });

  it("retries at its due time, by another consumer, after the first one is gone", async () => {
    const q = texts();
    await q.enqueue("a");
    const attempts: Array<readonly [attempt: number, atMs: number]> = [];
    const consume = (count: number) =>
      lastValueFrom(
        q.messages().pipe(
          handle(async (m) => {
            attempts.push([m.attempt, Date.now()]);
            if (m.attempt < 3) throw new Error("not yet");
          }),
          retryBackoff({ initialMs: 100, factor: 2 }),
          settle(),
          take(count),
        ),
      );
    await consume(2);
    const last = await consume(1);
    expect(last.outcome._tag).toBe("Ack");
    expect(attempts.map(([attempt]) => attempt)).toEqual([1, 2, 3]);
    const gaps = attempts.slice(1).map(([, atMs], i) => atMs - (attempts[i]?.[1] ?? 0));
    expect(gaps[0]).toBeGreaterThanOrEqual(99);
    expect(gaps[1]).toBeGreaterThanOrEqual(199);
    expect(gaps[1]).toBeLessThan(1_000);
  });

  it.each([
    ["retry", ["a1", "a2"], { acked: 4, purged: 0, dead: 0 }],
    ["skip", ["a2"], { acked: 3, purged: 1, dead: 0 }],
    ["reject", ["a2"], { acked: 3, purged: 0, dead: 1 }],
  ] as const)("blocks a key while others go on, and unblock %s goes on as asked", async (decision, after, counts) => {
    const q = queue(store, { name: "keyed", codec: t.string, key: (text) => text.slice(0, 1) });
    await q.enqueueAll(["a1", "a2", "b1", "b2"]);
    let broken = true;
    const handled: Array<string> = [];
    const running = q
      .messages()
      .pipe(
        handle(async (m) => {
          if (broken && m.data === "a1") throw new Error("broken");
          handled.push(m.data);
        }),
        block({ scope: "key" }),
        settle(),
      )
      .subscribe();
    await expect.poll(async () => q.stats()).toMatchObject({ acked: 2, blocked: 1, waiting: 1 });
    expect(handled).toEqual(["b1", "b2"]);
    broken = false;
    expect(await q.unblock({ key: "a" }, decision)).toBe(1);
    await expect.poll(async () => q.stats()).toMatchObject({ ...counts, blocked: 0, waiting: 0 });
    expect(handled.slice(2)).toEqual(after);
    running.unsubscribe();
  });

  it.each([
    ["prefetch 0", (q: ReturnType<typeof texts>) => q.messages({ prefetch: 0 }), "prefetch"],
    ["leaseMs NaN", (q: ReturnType<typeof texts>) => q.messages({ leaseMs: Number.NaN }), "leaseMs"],
    ["a name with a brace", () => queue(store, { name: "a{b}", codec: t.string }), "name"],
    ["a name with a line break", () => queue(store, { name: "a\nb", codec: t.string }), "name"],
    ["a second codec under one name", () => queue(store, { name: "texts", codec: t.number }), "codec"],
  ] as const)("refuses %s at construction, with a sentence", (__, make, option) => {
    const q = texts();
    expect(() => make(q)).toThrow(
      expect.objectContaining({
        _tag: "InvalidConfig",
        option,
        message: expect.stringMatching(/\w+ \w+ \w+/) as string,
      }),
    );
  });

  it("keeps a value alive in its handler beyond its lease", async () => {
    const q = texts({ leaseMs: 150 });
    await q.enqueue("a");
    const settled = await lastValueFrom(
      q.messages().pipe(
        handle(() => of("done").pipe(delay(400))),
        settle(),
        take(1),
      ),
    );
    expect([settled.message.attempt, settled.outcome._tag]).toEqual([1, "Ack"]);
  });

  it("lets mergeMap settle by hand, out of order", async () => {
    const q = texts();
    await q.enqueueAll(["30", "10", "20"]);
    const seen = await lastValueFrom(
      q.messages().pipe(
        mergeMap((m) =>
          timer(Number(m.data)).pipe(
            mergeMap(() => m.ack),
            map(() => m.data),
          ),
        ),
        take(3),
        toArray(),
      ),
    );
    expect(seen).toEqual(["10", "20", "30"]);
  });
});
