/** No value of the user's may break the bookkeeping: whatever throws where it is looked at, and whenever it answers. */
import { fc, test } from "@fast-check/vitest";
import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { Observable, of, Subject, throwError } from "rxjs";
import {
  Ack,
  Block,
  batch,
  block,
  deadLetter,
  decide,
  type EnqueueOptions,
  enqueueTo,
  handle,
  handleBatch,
  type Outcome,
  type QueueStats,
  queue,
  Reject,
  Release,
  Retry,
  retryBackoff,
  settle,
} from "sluice";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import { describe, expect, it } from "vitest";

const thrower = (): never => {
  throw new Error("hostile");
};
const trap = {
  get: thrower,
  has: thrower,
  getPrototypeOf: thrower,
  ownKeys: thrower,
  getOwnPropertyDescriptor: thrower,
};
const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const getting = (name: string, rest: object = {}): object =>
  Object.defineProperty({ ...rest }, name, { get: thrower, enumerable: true });
const selfCaused = (): Error => {
  const error = new Error("self");
  error.cause = error;
  return error;
};

/** Values that throw where they are looked at, or are of a size or kind that nobody expects. */
const values: ReadonlyArray<readonly [string, () => unknown]> = [
  ["a text", () => "x"],
  ["undefined", () => undefined],
  ["a symbol", () => Symbol("s")],
  ["a bigint", () => 10n ** 500n],
  ["a huge text", () => "x".repeat(1_000_000)],
  ["a trapped proxy", () => new Proxy({}, trap)],
  ["a trapped array", () => new Proxy([], trap)],
  ["a revoked proxy", () => revoked({})],
  ["a revoked array", () => revoked([])],
  ["a _tag that throws", () => getting("_tag")],
  ["a Left that throws", () => getting("left", { _tag: "Left" })],
  ["a Right that throws", () => getting("right", { _tag: "Right" })],
  ["a Left of a proxy", () => left(new Proxy({}, trap))],
  ["a Right of a proxy", () => right(new Proxy({}, trap))],
  ["an error whose message throws", () => Object.defineProperty(new Error(), "message", { get: thrower })],
  ["an error whose name throws", () => Object.defineProperty(new Error("x"), "name", { get: thrower })],
  ["an error that causes itself", selfCaused],
  ["an AggregateError of hostile ones", () => new AggregateError([new Proxy({}, trap), revoked({})])],
  ["a toString that throws", () => ({ toString: thrower, [Symbol.toPrimitive]: thrower, toJSON: thrower })],
  ["an object without a prototype", () => Object.create(null) as unknown],
  ["a look-alike whose fields throw", () => getting("cause", { _tag: "Retry" })],
  ["a look-alike", () => ({ _tag: "Ack" })],
  ["a maker", () => Reject],
  ["a then that throws when it is read", () => getting("then")],
];

const outcomes: ReadonlyArray<readonly [string, (value: unknown) => unknown]> = [
  ["Ack", () => Ack],
  ["Retry", (cause) => Retry({ cause, delayMs: 0 })],
  ["Retry in a hostile time", (delayMs) => Retry({ cause: "x", delayMs: delayMs as number })],
  ["Release, once", () => Ack],
  ["Reject", (cause) => Reject({ cause })],
  ["Block of a hostile scope", (scope) => Block({ cause: "x", scope: scope as "key" })],
  ["nothing", () => undefined],
  ["a value that is none", (value) => value],
  [
    "throws",
    (value) => {
      throw value;
    },
  ],
];

type Ends = ReadonlyArray<readonly [string, (value: unknown) => unknown]>;
/** The ways in which a handler can come to a value. */
const works: Ends = [
  ["returns it", (value) => value],
  [
    "throws it",
    (value) => {
      throw value;
    },
  ],
  ["resolves to it", (value) => new Promise((resolve) => resolve(value))],
  ["rejects with it", (value) => Promise.reject(value)],
  ["a Task of it", (value) => async () => value],
  [
    "a Task that throws it",
    (value) => () => {
      throw value;
    },
  ],
  ["emits it", (value) => of(value)],
  ["errors with it", (value) => throwError(() => value)],
  [
    "a subscribe that throws it",
    (value) =>
      new Observable(() => {
        throw value;
      }),
  ],
  [
    "a teardown that throws",
    (value) =>
      new Observable((subscriber) => {
        queueMicrotask(() => subscriber.next(value));
        setImmediate(() => subscriber.error(value));
        return () => undefined;
      }),
  ],
  [
    "a foreign Observable that throws it",
    (value) => ({
      lift: () => undefined,
      subscribe: () => {
        throw value;
      },
    }),
  ],
  [
    "a foreign Observable that says it twice",
    (value) => ({
      lift: () => undefined,
      subscribe: (observer: { next: (v: unknown) => void; complete: () => void }) => {
        for (let i = 0; i < 2; i++) {
          observer.next(value);
          observer.complete();
        }
      },
    }),
  ],
  [
    "a thenable that throws it",
    (value) =>
      thenable(() => {
        throw value;
      }),
  ],
  [
    "a thenable that resolves twice",
    (value) =>
      thenable((resolve, reject) => {
        resolve(value);
        resolve(value);
        reject(value);
      }),
  ],
  [
    "a thenable that resolves and throws",
    (value) =>
      thenable((resolve) => {
        resolve(value);
        throw value;
      }),
  ],
  ["a thenable that never answers", () => thenable(() => undefined)],
  ["never", () => new Promise(() => undefined)],
  ["completes without it", () => new Observable((subscriber) => subscriber.complete())],
];

type Answering = (resolve: (value: unknown) => void, reject: (cause: unknown) => void) => void;
// biome-ignore lint/suspicious/noThenProperty: what other promise libraries return
const thenable = (run: Answering): unknown => ({ then: run });

const oneOf = <T>(rows: ReadonlyArray<readonly [string, T]>) =>
  fc.constantFrom(...rows).map(([name, row]) => Object.assign([name, row] as const, { toString: () => name }));
const deed = fc.tuple(oneOf(works), oneOf(values), oneOf(outcomes));

/** Until nothing is in hand or due; what waits for its next attempt has been settled as well. */
const settled = async (stats: () => PromiseLike<QueueStats>): Promise<void> => {
  for (let turn = 0; turn < 20_000; turn++) {
    const { ready, leased } = await stats();
    if (ready + leased === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
};

/** A codec that throws, or answers what no codec answers, for the payloads from 1,000 on. */
const Hostile = new t.Type<number, unknown, unknown>(
  "Hostile",
  (value): value is number => typeof value === "number",
  (value, context) => {
    if (typeof value !== "number" || value < 1_000) return t.number.validate(value, context);
    const [, make] = values[value % values.length] ?? ["", thrower];
    if (value < 2_000) throw make();
    return (value < 3_000 ? make() : { _tag: "Left", left: make() }) as t.Validation<number>;
  },
  (value) => value,
);

const decision = (value: unknown, row: (value: unknown) => unknown) => row(value) as Outcome | undefined;

describe("a consumer of hostile values", () => {
  test.prop(
    [
      fc.array(deed, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1_000, max: 3_999 }), { maxLength: 3 }),
    ],
    {
      numRuns: 40,
    },
  )(
    "settles every message once, goes on, and completes when it is stopped",
    async (deeds, poison) => {
      const store = memoryStore();
      const hostile = queue(store, { name: "q", codec: Hostile, attemptsMax: 3 });
      const deliveries = new Map<string, number>();
      hostile.events$.subscribe((event) => {
        if (
          event._tag !== "Delivered" &&
          event._tag !== "Poisoned" &&
          event._tag !== "Settled" &&
          event._tag !== "Lost"
        )
          return;
        const step = event._tag === "Settled" ? -1 : event._tag === "Lost" ? Number.NaN : 1;
        deliveries.set(event.id, (deliveries.get(event.id) ?? 0) + step);
      });
      const stop$ = new Subject<void>();
      let shown = 0;
      const done = new Promise<void>((resolve, reject) => {
        hostile
          .messages({ stop$, stopMsMax: 0 })
          .pipe(
            handle(
              (message) => {
                const [work, value] = deeds[message.data % deeds.length] ?? [];
                return work?.[1](value?.[1]()) as Promise<unknown>;
              },
              { timeoutMs: 5 },
            ),
            decide((_failure, { message }) => {
              const [, value, outcome] = deeds[(message.data as number) % deeds.length] ?? [];
              return outcome === undefined ? undefined : decision(value?.[1](), outcome[1]);
            }),
            decide((failure) => Retry({ cause: failure, delayMs: 0 })),
            settle(),
          )
          .subscribe({
            next: () => {
              shown += 1;
            },
            error: reject,
            complete: resolve,
          });
      });
      await hostile.enqueueAll([...deeds.map((_, i) => i), ...poison]);
      await settled(() => hostile.stats());
      stop$.next();
      await done;
      const { enqueued, acked, dead, blocked, ready, delayed, leased } = await hostile.stats();
      expect(enqueued).toBe(deeds.length + poison.length);
      expect(acked + dead + blocked + ready + delayed).toBe(enqueued);
      expect(leased).toBe(0);
      expect([...deliveries.values()]).toEqual([...deliveries.values()].map(() => 0));
      expect(shown).toBeGreaterThanOrEqual(deeds.length);
      await store.close();
    },
    60_000,
  );

  test.prop([fc.array(oneOf(values), { minLength: 1, maxLength: 4 }), oneOf(works), oneOf(values)], { numRuns: 30 })(
    "answers for each message of a batch",
    async (elements, [, work], [, make]) => {
      const store = memoryStore();
      const hostile = queue(store, { name: "q", codec: t.number, attemptsMax: 1 });
      await hostile.enqueueAll(elements.map((_, i) => i));
      const stop$ = new Subject<void>();
      const done = new Promise<void>((resolve, reject) => {
        hostile
          .messages({ stop$, stopMsMax: 0 })
          .pipe(
            batch({ sizeMax: elements.length }),
            handleBatch(
              (one) => {
                const answers = one.data.map((i) => elements[i]?.[1]());
                return work(elements.length > 2 ? answers : make()) as Promise<never>;
              },
              { timeoutMs: 5 },
            ),
            settle(),
          )
          .subscribe({ error: reject, complete: resolve });
      });
      await settled(() => hostile.stats());
      stop$.next();
      await done;
      expect(await hostile.stats()).toMatchObject({ leased: 0, ready: 0, delayed: 0 });
      await store.close();
    },
    60_000,
  );

  test.prop([
    oneOf(values),
    oneOf(values),
    fc.constantFrom("key", "id", "delayMs", "expiresInMs", "priority", "headers", "dedupe"),
  ])(
    "refuses hostile data, keys and options of an enqueue with an error, and writes nothing",
    async ([, data], [, option], name) => {
      const store = memoryStore();
      const hostile = queue(store, { name: "q", codec: t.unknown, key: () => option() as string });
      const write = hostile.enqueue(data(), { [name]: option() });
      const answer = await write.then(
        () => "written",
        (error: unknown) => (error as Error).name,
      );
      expect(["written", "EncodeRefused", "InvalidConfig", "PayloadTooLarge"]).toContain(answer);
      expect((await hostile.stats()).enqueued).toBe(answer === "written" ? 1 : 0);
      await store.close();
    },
  );

  test.prop([oneOf(values)])("settles once where the cause of its outcome is hostile", async ([, make]) => {
    const store = memoryStore();
    const plain = queue(store, { name: "q", codec: t.number });
    await plain.enqueueAll([1, 2]);
    const [a, b] = await plain.receive({ max: 2 });
    await a?.settle(Reject({ cause: make() }));
    await b?.settle(Release({ reason: make() as string }));
    await expect(a?.settle(make() as Outcome)).rejects.toMatchObject({ _tag: "InvalidConfig" });
    expect(await plain.stats()).toMatchObject({ dead: 1, ready: 1, leased: 0 });
    await store.close();
  });
});

const secret = "4111 1111 1111 1111";
const secretive = (): never => {
  throw new Error(secret);
};
/** A bag of options of which one cannot be read; what it throws is a secret. */
const bag = (name: string): object =>
  Object.defineProperty({}, name, { get: secretive, enumerable: true, configurable: true });
const proxy = (): object => new Proxy({}, { get: secretive, ownKeys: secretive, getOwnPropertyDescriptor: secretive });

const refusedBy = async (call: () => unknown): Promise<unknown> => {
  try {
    return await call();
  } catch (cause) {
    return cause;
  }
};

/** That it was refused by the name of the option, and says nothing of what was thrown. */
const expectRefusal = (answer: unknown, option: string): void => {
  expect(answer).toMatchObject({ _tag: "InvalidConfig", option, retryable: false });
  expect((answer as Error).message).toContain(option);
  expect(`${JSON.stringify(answer)} ${String((answer as Error).stack)}`).not.toContain(secret);
};

describe("an enqueue with options that throw when they are looked at", () => {
  const rows: ReadonlyArray<readonly [what: string, option: string, options: () => unknown]> = [
    ...["key", "id", "delayMs", "expiresInMs", "priority", "headers", "dedupe"].map(
      (name) => [`a getter of ${name}`, name, () => bag(name)] as const,
    ),
    ["a proxy in place of all", "id", proxy],
    ["nothing in place of all", "options", () => null],
    ["headers that are a proxy", "headers", () => ({ headers: proxy() })],
    ["headers with a getter", "headers", () => ({ headers: bag("trace") })],
    ["headers that are nothing", "headers", () => ({ headers: null })],
    ["headers that are a text", "headers", () => ({ headers: secret })],
    ["headers that are a list", "headers", () => ({ headers: [secret] })],
    ["a header with a toString", "headers", () => ({ headers: { trace: { toString: secretive } } })],
    ["a key with a toString", "key", () => ({ key: { toString: secretive, valueOf: secretive } })],
    ["a key that is a proxy", "key", () => ({ key: proxy() })],
    ["a delay with a valueOf", "delayMs", () => ({ delayMs: { valueOf: secretive } })],
    ["a dedupe that is a proxy", "dedupe", () => ({ dedupe: proxy() })],
    ["a dedupe that is nothing", "dedupe", () => ({ dedupe: null })],
    ["a dedupe with a getter of id", "dedupe", () => ({ dedupe: bag("id") })],
  ];

  it.each(rows)("refuses %s by its name, and adds nothing", async (_, option, options) => {
    const store = memoryStore();
    const numbers = queue(store, { name: "q", codec: t.number });
    expectRefusal(await refusedBy(() => numbers.enqueue(1, options() as EnqueueOptions)), option);
    const all = () => numbers.enqueueAll([1, 2], (n) => (n === 2 ? (options() as EnqueueOptions) : {}));
    expectRefusal(await refusedBy(all), option);
    expect((await numbers.stats()).enqueued).toBe(0);
    await store.close();
  });

  it("refuses a window of dedupe that throws", async () => {
    const numbers = queue(memoryStore(), { name: "q", codec: t.number });
    for (const name of ["windowMs", "until"]) {
      const dedupe = Object.assign(bag(name), { id: "x" });
      expectRefusal(await refusedBy(() => numbers.enqueue(1, { dedupe })), "dedupe");
    }
    expect((await numbers.stats()).enqueued).toBe(0);
  });

  it("refuses a list of values that throws, and adds nothing", async () => {
    const numbers = queue(memoryStore(), { name: "q", codec: t.number });
    const lists: ReadonlyArray<unknown> = [proxy(), null, { [Symbol.iterator]: secretive }];
    for (const list of lists) expectRefusal(await refusedBy(() => numbers.enqueueAll(list as never)), "data");
    expect((await numbers.stats()).enqueued).toBe(0);
  });

  it("reads each option once: what answers otherwise the second time does no harm", async () => {
    const numbers = queue(memoryStore(), { name: "q", codec: t.number });
    for (const [name, value] of Object.entries({
      key: "k",
      id: "0198c0de-0000-7000-8000-000000000000",
      delayMs: 5,
      expiresInMs: 5,
      priority: 1,
      headers: {},
      dedupe: { id: "d" },
    })) {
      let reads = 0;
      const once = Object.defineProperty({}, name, { get: () => (reads++ === 0 ? value : secretive()) });
      await numbers.enqueue(1, once);
      expect([name, reads]).toEqual([name, 1]);
    }
  });
});

describe("options that throw when they are looked at", () => {
  const numbers = () => queue(memoryStore(), { name: "q", codec: t.number });
  const rows: ReadonlyArray<readonly [option: string, of: string, call: (options: never) => unknown]> = [
    ...["prefetch", "consumer", "leaseMs", "stop$", "stopMsMax", "settleSizeMax", "settleWaitMsMax"].map(
      (name) => [name, "messages", (options: never) => numbers().messages(options)] as const,
    ),
    ...["max", "leaseMs", "waitMsMax"].map(
      (name) => [name, "receive", (options: never) => numbers().receive(options)] as const,
    ),
    ["limit", "peek", (options) => numbers().peek(options)],
    ["after", "blocked", (options) => numbers().blocked(options)],
    ["limit", "deadLetters", (options) => numbers().deadLetters(options)],
    ["ids", "redrive", (options) => numbers().redrive(options)],
    ["limit", "redrive", (options) => numbers().redrive(options)],
    ["upcast", "redrive", (options) => numbers().redrive(options)],
    ...["concurrency", "timeoutMs", "scheduler"].map(
      (name) => [name, "handle", (options: never) => handle(() => undefined as never, options)] as const,
    ),
    ["sizeMax", "batch", (options) => batch(options)],
    ["by", "batch", (options) => batch(options)],
    ["sizeMax", "enqueueTo", (options) => enqueueTo(numbers(), options)],
    ["options", "enqueueTo", (options) => enqueueTo(numbers(), options)],
    ["initialMs", "retryBackoff", (options) => retryBackoff(options)],
    ["when", "retryBackoff", (options) => retryBackoff(options)],
    ["scope", "block", (options) => block(options)],
    ["when", "deadLetter", (options) => deadLetter(options)],
    ["attemptsMax", "Effect.retry", (options) => numbers().stats().retry(options)],
    ["name", "queue", (options) => queue(memoryStore(), options)],
    ["codec", "queue", (options) => queue(memoryStore(), options)],
    ["dedupeMs", "queue", (options) => queue(memoryStore(), options)],
    ["deadLettersMax", "memoryStore", (options) => memoryStore(options)],
    ["namespace", "redisStore", (options) => redisStore("redis://127.0.0.1:1", options)],
  ];

  it.each(rows)("are refused by their name: %s of %s", async (option, _, call) => {
    expectRefusal(await refusedBy(() => call(bag(option) as never)), option);
  });

  it.each(rows)("are refused where there is nothing in place of all: %s of %s", async (_, what, call) => {
    const answer = await refusedBy(() => call(null as never));
    expectRefusal(answer, what === "queue" ? "definition" : "options");
  });

  it("are refused within the target of an unblock and the ids of a redrive", async () => {
    expectRefusal(await refusedBy(() => numbers().unblock(proxy() as never, "retry")), "target");
    expectRefusal(await refusedBy(() => numbers().unblock(bag("key") as never, "retry")), "target");
    expectRefusal(await refusedBy(() => numbers().redrive({ ids: proxy() as never })), "ids");
    expectRefusal(await refusedBy(() => numbers().redrive({ ids: 5 as never })), "ids");
  });

  it("end a consumer whose stop$ is no stream with InvalidConfig", async () => {
    const streams: ReadonlyArray<unknown> = [5, {}, null];
    for (const stop$ of streams) {
      const ended = await new Promise((resolve) => {
        numbers()
          .messages({ stop$: stop$ as never })
          .subscribe({ error: resolve });
      });
      expect(ended).toMatchObject({ _tag: "InvalidConfig", option: "stop$" });
    }
  });
});
