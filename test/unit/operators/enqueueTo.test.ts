import * as t from "io-ts";
import {
  concat,
  concatWith,
  firstValueFrom,
  from,
  map,
  NEVER,
  type OperatorFunction,
  range,
  type SchedulerAction,
  Subject,
  Subscription,
  take,
  throwError,
  toArray,
  VirtualTimeScheduler,
} from "rxjs";
import {
  type EnqueueToOptions,
  enqueueTo,
  type Message,
  type MessageId,
  type Queue,
  queue,
  systemScheduler,
} from "sluice";
import { memoryStore } from "sluice/memory";
import { faultyStore } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { encodeRefused, storeFull, storeUnavailable, writeTooLarge } from "../../../src/core/SluiceError.js";
import { marbles } from "../../support/marbles.js";
import { operatorLaws } from "../../support/operatorLaws.js";
import { recordingQueue } from "../../support/recordingQueue.js";

const tooLarge = (count: number) => writeTooLarge({ count, countMax: 1_000, bytes: 9_000_000, bytesMax: 8_388_608 });

/** What an rxjs subscription refers to: there is no other way to see what it keeps. */
interface Kept {
  readonly _finalizers?: ReadonlyArray<unknown> | null;
  readonly destination?: unknown;
}

/** The ids alone. */
const idsTo = <A>(queue: Queue<A>, options?: EnqueueToOptions<A>): OperatorFunction<A, MessageId> => {
  const sink = enqueueTo(queue, options);
  return (values) =>
    values.pipe(
      sink,
      map(({ id }) => id),
    );
};

describe("enqueueTo", () => {
  operatorLaws<string, MessageId>({
    operator: ({ scheduler }) => idsTo(recordingQueue({ scheduler }), { sizeMax: 1 }),
    input: (text) => text,
    show: (id) => id,
  });

  it(
    "writes a full chunk at once, and emits its ids when they are in the queue",
    marbles((m) => {
      const target = recordingQueue({ scheduler: m.scheduler, answerMs: 1 });
      const run = m.cold("-a-b-c-d-e-f------|").pipe(idsTo(target, { sizeMax: 3 }));
      m.expect(run).toBeObservable("------(abc)-(def)-|");
      m.flush();
      expect(target.runs).toStrictEqual(["abc", "def"]);
    }),
  );

  it(
    "writes what has gathered after the time of its first value, and at the end of its source",
    marbles((m) => {
      const target = recordingQueue({ scheduler: m.scheduler });
      m.expect(m.cold("-a-b-------c-|").pipe(idsTo(target, { waitMsMax: 4 }))).toBeObservable("-----(ab)----(c|)");
      m.flush();
      expect(target.runs).toStrictEqual(["ab", "c"]);
    }),
  );

  it(
    "waits 50 ms by default",
    marbles((m) => {
      const target = recordingQueue({ scheduler: m.scheduler });
      m.expect(m.cold("a 60ms |").pipe(idsTo(target))).toBeObservable("50ms a 10ms |");
    }),
  );

  it(
    "writes one chunk at a time by default; what comes meanwhile fills the next ones",
    marbles((m) => {
      const target = recordingQueue({ scheduler: m.scheduler, answerMs: 6 });
      const run = m.cold("abcdefg|").pipe(idsTo(target, { sizeMax: 4, waitMsMax: 1 }));
      m.expect(run).toBeObservable("-------(ab)--(cdef)(g|)");
      m.flush();
      expect(target.runs).toStrictEqual(["ab", "cdef", "g"]);
      expect(target.underWayMax()).toBe(1);
    }),
  );

  it("writes so many chunks at a time, and emits the ids in the order of the values all the same", () => {
    const scheduler = new VirtualTimeScheduler();
    const target = recordingQueue({ scheduler, answerMs: 5 });
    const seen: Array<string> = [];
    from([..."abcdefgh"])
      .pipe(idsTo(target, { sizeMax: 2, concurrency: 3 }))
      .subscribe((id) => seen.push(id));
    expect(target.runs).toStrictEqual(["ab", "cd", "ef"]);
    scheduler.flush();
    expect(target.underWayMax()).toBe(3);
    expect(seen.join("")).toBe("abcdefgh");
  });

  it(
    "prepares the next full chunk while those before it are under way, and never one that may still grow",
    marbles((m) => {
      const target = recordingQueue({ scheduler: m.scheduler, answerMs: 10 });
      const run = m.cold("(abcd)ef---g|").pipe(idsTo(target, { sizeMax: 2, waitMsMax: 1 }));
      const seen: Array<readonly [ms: number, encoded: string]> = [];
      for (const ms of [1, 9, 15, 39]) m.scheduler.schedule(() => seen.push([ms, target.encoded.join()]), ms);
      m.expect(run).toBeObservable("10ms (ab) 6ms (cd) 6ms (ef) 6ms (g|)");
      m.flush();
      expect(seen).toStrictEqual([
        [1, "ab,cd"],
        [9, "ab,cd"],
        [15, "ab,cd,ef"],
        [39, "ab,cd,ef,g"],
      ]);
      expect(target.runs).toStrictEqual(["ab", "cd", "ef", "g"]);
    }),
  );

  it("gives each value its options", () => {
    const target = recordingQueue({ scheduler: systemScheduler });
    from(["a", "b"])
      .pipe(idsTo(target, { options: (text) => ({ key: text, delayMs: 5 }) }))
      .subscribe();
    expect(target.optionsOf).toStrictEqual([
      { key: "a", delayMs: 5 },
      { key: "b", delayMs: 5 },
    ]);
  });

  it("encodes each value once, also of a chunk that is too large and where the store is asked again", async () => {
    const { store, faults } = faultyStore(memoryStore());
    let encoded = 0;
    const counted = new t.Type<string>("counted", t.string.is, t.string.validate, (text) => {
      encoded += 1;
      return text;
    });
    const texts = queue(store, { name: "texts", codec: counted });
    const letters = [..."abcdefghijklmnopqrstuvwxyz"];
    faults.dropReply(2);
    const sink = enqueueTo(texts, { sizeMax: 26 });
    const answers = await firstValueFrom(from(letters.map((letter) => letter.repeat(900_000))).pipe(sink, toArray()));
    expect(answers.filter(({ duplicate }) => duplicate)).toStrictEqual([]);
    expect(encoded).toBe(26);
    // One read gives 4 MiB at most.
    const kept: Array<Message<string>> = [];
    while (kept.length < letters.length) kept.push(...(await texts.receive({ max: 26 })));
    expect(kept.map(({ data }) => data[0]).join("")).toBe(letters.join(""));
    expect(kept.map(({ id }) => id)).toStrictEqual(answers.map(({ id }) => id));
  });

  it("keeps nothing of chunks that were asked for again", () => {
    const scheduler = new VirtualTimeScheduler();
    const target = recordingQueue({
      scheduler,
      refuse: (run) => (run % 2 === 0 ? storeUnavailable("gone") : undefined),
    });
    const subscription = from(Array.from({ length: 100 }, String))
      .pipe(concatWith(NEVER), enqueueTo(target, { sizeMax: 1 }))
      .subscribe();
    const kept = (): number => {
      const teardowns = new Set<unknown>();
      const gather = (one: unknown): void => {
        const { _finalizers: finalizers, destination } = one as Kept;
        for (const teardown of finalizers ?? []) teardowns.add(teardown);
        if (destination !== undefined) gather(destination);
      };
      gather(subscription);
      return teardowns.size;
    };
    const before = kept();
    scheduler.flush();
    expect(target.runs).toHaveLength(200);
    expect(kept()).toBeLessThanOrEqual(before);
    subscription.unsubscribe();
  });

  it("fails with one value that is too large by itself", () => {
    const target = recordingQueue({ scheduler: systemScheduler, refuse: (_, { length }) => tooLarge(length) });
    const errors: Array<unknown> = [];
    from(["a"])
      .pipe(idsTo(target))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toStrictEqual([tooLarge(1)]);
    expect(target.runs).toStrictEqual(["a"]);
  });

  it.each([
    ["is down", storeUnavailable("gone")],
    ["is full", storeFull("maxmemory")],
  ])("asks again, later each time, where the store %s", (_, error) => {
    const scheduler = new VirtualTimeScheduler();
    const target = recordingQueue({ scheduler, refuse: (run) => (run < 5 ? error : undefined) });
    const seen: Array<string> = [];
    from([..."abc"])
      .pipe(idsTo(target, { sizeMax: 2 }))
      .subscribe((id) => seen.push(id));
    expect(target.runs).toStrictEqual(["ab"]);
    scheduler.flush();
    expect(target.runs).toStrictEqual(["ab", "ab", "ab", "ab", "ab", "ab", "c"]);
    expect(seen.join("")).toBe("abc");
    expect(scheduler.now()).toBeGreaterThan(5);
    expect(scheduler.now()).toBeLessThan(50 + 100 + 200 + 400 + 800);
  });

  it("keeps nothing of what it retried", () => {
    let timers = 0;
    let released = 0;
    class CountingScheduler extends VirtualTimeScheduler {
      override schedule<T>(
        work: (this: SchedulerAction<T>, state?: T) => void,
        delayMs?: number,
        state?: T,
      ): Subscription {
        const action = super.schedule(work, delayMs, state);
        timers += 1;
        return new Subscription(() => {
          released += 1;
          action.unsubscribe();
        });
      }
    }
    const scheduler = new CountingScheduler();
    const target = recordingQueue({ scheduler, refuse: (run) => (run < 5 ? storeUnavailable("gone") : undefined) });
    const values = new Subject<string>();
    const subscription = values.pipe(idsTo(target, { sizeMax: 1 })).subscribe();
    values.next("a");
    scheduler.flush();
    expect(target.runs).toStrictEqual([..."aaaaaa"]);
    const before = released;
    subscription.unsubscribe();
    expect([timers > 4, released - before]).toStrictEqual([true, 0]);
  });

  it("passes an error of its source on once all that came before it is in the queue", () => {
    const scheduler = new VirtualTimeScheduler();
    const target = recordingQueue({ scheduler, answerMs: 5 });
    const broken = new Error("the source broke");
    const seen: Array<unknown> = [];
    concat(
      from([..."abcde"]),
      throwError(() => broken),
    )
      .pipe(idsTo(target, { sizeMax: 2 }))
      .subscribe({ next: (id) => seen.push(id), error: (error: unknown) => seen.push(error) });
    expect(seen).toStrictEqual([]);
    scheduler.flush();
    expect(target.runs).toStrictEqual(["ab", "cd", "e"]);
    expect(seen).toStrictEqual([..."abcde", broken]);
  });

  it("fails with a value that is refused, where its source fails too: that comes first", () => {
    const target = recordingQueue({ scheduler: systemScheduler, refuse: () => encodeRefused(["no a"]) });
    const errors: Array<unknown> = [];
    concat(
      from(["a"]),
      throwError(() => new Error("the source broke")),
    )
      .pipe(idsTo(target))
      .subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toStrictEqual([encodeRefused(["no a"])]);
  });

  it("stops asking when it is unsubscribed", () => {
    const scheduler = new VirtualTimeScheduler();
    const target = recordingQueue({ scheduler, refuse: () => storeUnavailable("gone") });
    const subscription = from(["a"]).pipe(idsTo(target)).subscribe();
    expect(scheduler.actions).toHaveLength(1);
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
  });

  it("fails with a value that is refused, and sends no more", () => {
    const target = recordingQueue({
      scheduler: systemScheduler,
      refuse: (_, values) => (values.includes("c") ? encodeRefused(["no c"]) : undefined),
    });
    const seen: Array<unknown> = [];
    from([..."abcdef"])
      .pipe(idsTo(target, { sizeMax: 2 }))
      .subscribe({ next: (id) => seen.push(id), error: (error: unknown) => seen.push(error) });
    expect(seen).toStrictEqual(["a", "b", encodeRefused(["no c"])]);
    expect(target.runs).toStrictEqual(["ab", "cd"]);
  });

  it("fails with what the options callback throws", async () => {
    const numbers = queue(memoryStore(), { name: "numbers", codec: t.number });
    const broken = from([1]).pipe(
      idsTo(numbers, {
        options: () => {
          throw new Error("no options");
        },
      }),
    );
    await expect(firstValueFrom(broken)).rejects.toThrow("no options");
  });

  it("drops what waits when it is unsubscribed, and leaves no timer", () => {
    const scheduler = new VirtualTimeScheduler();
    const target = recordingQueue({ scheduler });
    const source = new Subject<string>();
    const subscription = source.pipe(idsTo(target)).subscribe();
    source.next("a");
    expect(scheduler.actions).toHaveLength(1);
    subscription.unsubscribe();
    expect(scheduler.actions).toHaveLength(0);
    expect(target.runs).toStrictEqual([]);
  });

  it("stops in the middle of a chunk's ids", () => {
    const target = recordingQueue({ scheduler: systemScheduler });
    const seen: Array<string> = [];
    from([..."abcdef"])
      .pipe(idsTo(target, { sizeMax: 2 }), take(3))
      .subscribe((id) => seen.push(id));
    expect(seen).toStrictEqual(["a", "b", "c"]);
    expect(target.runs).toStrictEqual(["ab", "cd"]);
  });

  it("sends no chunk that waited when an id ends the pipeline", () => {
    const scheduler = new VirtualTimeScheduler();
    const target = recordingQueue({ scheduler, answerMs: 5 });
    from([..."abcdef"])
      .pipe(idsTo(target, { sizeMax: 2 }), take(1))
      .subscribe();
    scheduler.flush();
    expect(target.runs).toStrictEqual(["ab"]);
  });

  it("puts ten thousand values into a real queue, in order", async () => {
    const numbers = queue(memoryStore(), { name: "numbers", codec: t.number });
    const ids = await firstValueFrom(range(0, 10_000).pipe(idsTo(numbers), toArray()));
    expect(new Set(ids).size).toBe(10_000);
    expect([...ids].sort()).toStrictEqual(ids);
    const peeked = await numbers.peek({ limit: 1_000 });
    expect(peeked.map(({ id }) => id)).toStrictEqual(ids.slice(0, 1_000));
    expect(await numbers.stats()).toMatchObject({ enqueued: 10_000, ready: 10_000 });
  });

  it("splits chunks above 8 MiB of a real queue", async () => {
    const texts = queue(memoryStore(), { name: "texts", codec: t.string, payloadBytesMax: 4 * 1024 * 1024 });
    const large = "x".repeat(3 * 1024 * 1024);
    const ids = await firstValueFrom(from([large, large, large, large, large]).pipe(idsTo(texts), toArray()));
    expect(ids).toHaveLength(5);
    expect((await texts.stats()).ready).toBe(5);
  });

  it.each([
    ["sizeMax", 0],
    ["sizeMax", 1_001],
    ["waitMsMax", -1],
    ["waitMsMax", Number.POSITIVE_INFINITY],
    ["concurrency", 0],
    ["concurrency", 1.5],
  ])("refuses %s %d at once", (option, value) => {
    const target = recordingQueue({ scheduler: systemScheduler });
    expect(() => idsTo(target, { [option]: value })).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option }),
    );
  });
});
