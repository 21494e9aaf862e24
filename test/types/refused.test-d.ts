/** What is inferred, and programs that must not compile. Checked by `npm run check:types`; nothing here runs. */
/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-return -- what untyped libraries answer is part of the subject */
import * as E from "fp-ts/lib/Either.js";
import type { IOEither } from "fp-ts/lib/IOEither.js";
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import type * as t from "io-ts";
import { concat, firstValueFrom, forkJoin, interval, type Observable, of } from "rxjs";
import {
  Ack,
  atomically,
  type Batch,
  Block,
  batch,
  block,
  catchTag,
  deadLetter,
  decide,
  type Effect,
  type Enqueued,
  type ErrorsOf,
  enqueueTo,
  type Failure,
  filterData,
  followUp,
  type Handled,
  handle,
  handleBatch,
  handleByTag,
  type Message,
  type MessageId,
  mapData,
  type Outcome,
  type Queue,
  type QueueStats,
  type ReadError,
  Reject,
  Retry,
  retryBackoff,
  type SettleError,
  type Settlement,
  type SluiceError,
  settle,
  type Write,
  type WriteError,
} from "sluice";
import * as RQ from "sluice/reader";
import * as Q from "sluice/task";
import type { ErrorOf, ResultOf } from "../../src/core/Work.js";
import type { Decision } from "../../src/operators/internal/Decision.js";

type Equal<X, Y> = (<T>() => T extends X ? 1 : 2) extends <T>() => T extends Y ? 1 : 2 ? true : false;
const type = <X, Y>(_same: Equal<X, Y>): void => undefined;

interface Order {
  readonly total: number;
}
type Hook = { readonly type: "push"; readonly commits: number } | { readonly type: "star" };

declare const orders: Queue<Order>;
declare const orderCodec: t.Type<Order, unknown>;
declare const hooks: Queue<Hook>;
declare const m: Message<Order>;
declare const b: Batch<Order>;
// biome-ignore lint/suspicious/noExplicitAny: what untyped libraries answer must become unknown
declare const anyPromise: () => Promise<any>;
// biome-ignore lint/suspicious/noExplicitAny: see above
declare const anyValue: any;
declare const cart: () => Effect<E.Either<"rejected", 7>>;
declare const chargeTask: (order: Order) => TE.TaskEither<"declined", "receipt">;

// ── what is inferred

const ofAnyPromise = orders.messages().pipe(handle(() => anyPromise()));
type<typeof ofAnyPromise, Observable<Handled<Order, unknown, unknown>>>(true);
const ofAny = orders.messages().pipe(handle(() => anyValue));
type<typeof ofAny, Observable<Handled<Order, unknown, unknown>>>(true);
const ofWrite = orders.messages().pipe(handle((x) => orders.enqueue(x.data)));
type<typeof ofWrite, Observable<Handled<Order, Enqueued, never>>>(true);
const ofEffect = orders.messages().pipe(
  handle(() => cart()),
  settle(),
);
type<typeof ofEffect, Observable<Settlement<Order, 7, "rejected">>>(true);
const ofNever = orders.messages().pipe(
  handle((): Promise<never> => {
    throw new Error();
  }),
);
type<typeof ofNever, Observable<Handled<Order, never, never>>>(true);
const ofThrow = orders.messages().pipe(
  handle(() => {
    throw new Error();
  }),
  settle(),
);
type<typeof ofThrow, Observable<Settlement<Order, never, never>>>(true);
// A work of a type that is not known yet is one like any other.
export const generic = <A, B>(queue: Queue<A>, work: (data: A) => Promise<B>): Observable<Settlement<A, unknown>> =>
  queue.messages().pipe(
    handle((x) => work(x.data)),
    settle(),
  );
const ofTask = orders.messages().pipe(handle((x) => chargeTask(x.data)));
type<typeof ofTask, Observable<Handled<Order, "receipt", "declined">>>(true);
const ofUndefined = orders.messages().pipe(
  handle(async () => undefined),
  settle(),
);
type<typeof ofUndefined, Observable<Settlement<Order, undefined, never>>>(true);
const ofOutcome = orders
  .messages()
  .pipe(handle(async (x) => (x.data.total > 0 ? x.data.total : Reject({ cause: "free" }))));
type<typeof ofOutcome, Observable<Handled<Order, number | Outcome, never>>>(true);
const ofBatch = orders.messages().pipe(
  batch(),
  handle(async (x) => {
    type<typeof x, Batch<Order>>(true);
    return x.data.length;
  }),
);
type<typeof ofBatch, Observable<Handled<Order, number, never>>>(true);
const ofEach = orders.messages().pipe(
  batch(),
  handleBatch((x: Batch<Order>) =>
    Promise.resolve(x.data.map((o) => (o.total > 0 ? E.right("ok" as const) : E.left("bad" as const)))),
  ),
  settle(),
);
type<typeof ofEach, Observable<Settlement<Order, "ok", "bad">>>(true);
const ofTasks = orders.messages().pipe(
  batch(),
  handleBatch((x: Batch<Order>) =>
    TE.right<"down", ReadonlyArray<E.Either<"bad", "ok">>>(x.data.map(() => E.right("ok"))),
  ),
  settle(),
);
type<typeof ofTasks, Observable<Settlement<Order, "ok", "bad" | "down">>>(true);
const ofTags = hooks
  .messages()
  .pipe(
    handleByTag("type", { push: (x) => Promise.resolve(x.data.commits), star: async () => E.left("dull" as const) }),
  );
type<typeof ofTags, Observable<Handled<Hook, number, "dull">>>(true);
type<ResultOf<Promise<void>>, void>(true);
type<ErrorOf<Promise<void>>, never>(true);
type<ResultOf<TE.TaskEither<"e", "a">>, "a">(true);
type<ErrorOf<TE.TaskEither<"e", "a">>, "e">(true);
type<ErrorOf<Promise<unknown>>, unknown>(true);

const filtered = orders.messages().pipe(filterData((o) => o.total > 0));
type<typeof filtered, Observable<Message<Order>>>(true);
const narrowed = hooks.messages().pipe(filterData((h): h is Extract<Hook, { type: "push" }> => h.type === "push"));
type<typeof narrowed, Observable<Message<{ readonly type: "push"; readonly commits: number }>>>(true);
const mapped = orders.messages().pipe(mapData((o) => o.total));
type<typeof mapped, Observable<Message<number>>>(true);

const decided = orders.messages().pipe(
  handle((x) => chargeTask(x.data)),
  followUp((receipt, message) => {
    type<typeof receipt, "receipt">(true);
    type<typeof message, Message<Order>>(true);
    return [orders.enqueue(message.data)];
  }),
  decide((failure) => {
    type<typeof failure, Failure<"declined">>(true);
    return failure._tag === "TimedOut" ? Retry({ cause: failure }) : undefined;
  }),
  block({ scope: "key", when: (failure) => failure._tag === "Failed" && failure.error === "declined" }),
  retryBackoff({ attemptsMax: 3, when: (failure) => failure._tag === "Threw" }),
  deadLetter({ when: (failure) => failure._tag === "Failed" && failure.error === "declined" }),
  retryBackoff(),
  deadLetter(),
  settle(),
);
type<typeof decided, Observable<Settlement<Order, "receipt", "declined">>>(true);
const decisions: ReadonlyArray<Decision> = [retryBackoff({ attemptsMax: 6 }), block(), deadLetter()];
const shared = orders.messages().pipe(
  handle((x) => chargeTask(x.data)),
  decisions[0] ?? deadLetter(),
  settle(),
);
type<typeof shared, Observable<Settlement<Order, "receipt", "declined">>>(true);

const both = forkJoin({ a: m.ack, b: orders.enqueue(m.data) });
type<typeof both, Observable<{ a: Outcome; b: Enqueued }>>(true);
const returned = (async () => m.ack)();
type<typeof returned, Promise<Outcome>>(true);
const joined = atomically([m.ack, orders.enqueue(m.data), orders.enqueueAll([m.data])]);
export const awaited = async (): Promise<readonly [Outcome, Enqueued, ReadonlyArray<Enqueued>]> => await joined;
const retriedWrite = orders.enqueue(m.data).retry({ attemptsMax: 3 });
type<typeof retriedWrite, Write<Enqueued, WriteError>>(true);
const retriedEffect = orders.stats().retry();
type<typeof retriedEffect, Effect<QueueStats, ReadError>>(true);
// What it may fail with stands in its type, and in the task made of it.
type<ErrorsOf<typeof m.ack>["_tag"], SettleError["_tag"]>(true);
type<
  Extract<ErrorsOf<typeof joined>["_tag"], "LeaseLost" | "EncodeRefused" | "AlreadySettled">,
  "LeaseLost" | "EncodeRefused" | "AlreadySettled"
>(true);
const counted = Q.stats(orders)();
type<typeof counted, TE.TaskEither<ReadError, QueueStats>>(true);
const countedLater = RQ.stats(orders.definition)();
type<typeof countedLater, ReaderTaskEither<RQ.HasStore, ReadError, QueueStats>>(true);
export const narrow: Effect<QueueStats, ReadError> = orders.stats();
// @ts-expect-error an enqueue can be refused as too large, a read cannot
export const tooNarrow: Effect<Enqueued, ReadError> = orders.enqueue(m.data);
// A call of the queue that has no task of its own would be named here.
type<Exclude<Q.CallsOf<Queue<unknown>>, keyof typeof Q>, never>(true);
type<Exclude<Q.CallsOf<Queue<unknown>>, keyof typeof RQ>, never>(true);

const caught = m.ack.catch(() => 1 as const);
type<typeof caught, Promise<Outcome | 1>>(true);
void concat(m.ack, orders.enqueue(m.data));
void firstValueFrom(m.ack);
const recovered = m.extend(5).pipe(catchTag("LeaseLost", async (error) => error.id));
type<typeof recovered, Observable<void | MessageId>>(true);
// @ts-expect-error nobody knows who has the message now
m.extend(5).pipe(catchTag("LeaseLost", async (error) => error.holder));

declare const stop$: Observable<unknown>;
declare const chargeReader: (order: Order) => ReaderTaskEither<{ readonly fee: number }, "declined", "receipt">;
const consumed = Q.consume(orders)(
  (data, message) => {
    type<typeof data, Order>(true);
    type<typeof message, Message<Order>>(true);
    return chargeTask(data);
  },
  {
    stop$,
    onFailure: [
      deadLetter({ when: (failure) => failure._tag === "Failed" && failure.error === "declined" }),
      retryBackoff({
        attemptsMax: 3,
        when: (failure) => type<typeof failure, Failure<"declined">>(true) === undefined,
      }),
      block(),
    ],
  },
);
type<typeof consumed, TE.TaskEither<SluiceError, Q.Tally>>(true);
const consumedByReader = RQ.consume({ name: "orders", codec: orderCodec })(
  (data, message) => {
    type<typeof data, Order>(true);
    type<typeof message, Message<Order>>(true);
    return chargeReader(data);
  },
  { stop$, onFailure: [deadLetter({ when: (failure) => failure._tag === "Failed" && failure.error === "declined" })] },
);
type<typeof consumedByReader, ReaderTaskEither<{ readonly fee: number } & RQ.HasStore, SluiceError, Q.Tally>>(true);

// Explicit undefined is no option at all.
void handle(() => anyPromise(), { concurrency: undefined, timeoutMs: undefined, scheduler: undefined });
void batch<Order>({ sizeMax: undefined, waitMsMax: undefined, by: undefined });
void retryBackoff({ attemptsMax: undefined, when: undefined });
void block({ scope: undefined, when: undefined });
void deadLetter({ when: undefined });
void enqueueTo(orders, { sizeMax: undefined, options: undefined });

// ── what is refused

declare const io: IOEither<"x", 1>;
declare const reader: ReaderTaskEither<unknown, "x", 1>;

// @ts-expect-error an IOEither is run by nobody
orders.messages().pipe(handle(() => io));
// @ts-expect-error a reader is run by nobody
orders.messages().pipe(handle(() => reader));
// @ts-expect-error a bare Either
orders.messages().pipe(handle(() => E.right(1)));
// @ts-expect-error a bare Outcome
orders.messages().pipe(handle(() => Ack));
// @ts-expect-error a string
orders.messages().pipe(handle((x) => `order ${x.data.total}`));
// @ts-expect-error an array
orders.messages().pipe(handle((x) => [x]));
orders.messages().pipe(
  // @ts-expect-error a generator
  handle(function* (x) {
    yield x;
  }),
);
orders.messages().pipe(
  // @ts-expect-error nothing returned
  handle((x) => {
    void x.data;
  }),
);
// @ts-expect-error a decision before handle
orders.messages().pipe(retryBackoff());
// @ts-expect-error settle before handle
orders.messages().pipe(settle());
orders.messages().pipe(
  handle(() => anyPromise()),
  settle(),
  // @ts-expect-error a decision after settle
  deadLetter(),
);
orders.messages().pipe(
  handle(() => anyPromise()),
  // @ts-expect-error settle twice
  settle(),
  settle(),
);
orders.messages().pipe(
  // @ts-expect-error batch after handle
  handle(() => anyPromise()),
  batch(),
);
// @ts-expect-error a batch of batches
orders.messages().pipe(batch(), batch());
orders.messages().pipe(
  batch(),
  // @ts-expect-error one answer for a batch
  handleBatch(async () => E.right(1)),
);
// @ts-expect-error a batch without batch
orders.messages().pipe(handleBatch(async () => [E.right(1)]));
// @ts-expect-error a case without a handler
hooks.messages().pipe(handleByTag("type", { push: async () => 1 }));
// @ts-expect-error a handler for a case that the data has not
hooks.messages().pipe(handleByTag("type", { push: async () => 1, star: async () => 2, fork: async () => 3 }));
orders.messages().pipe(
  // @ts-expect-error an outcome's maker without its call
  handle(() => Promise.resolve(Reject)),
  settle(),
);
orders.messages().pipe(
  // @ts-expect-error an outcome's maker without its call
  handle(async (x) => (x.data.total > 0 ? x.data.total : Reject)),
  settle(),
);
orders.messages().pipe(
  // @ts-expect-error an outcome's maker without its call
  handle(() => of(Retry)),
  settle(),
);
orders.messages().pipe(
  // @ts-expect-error an outcome's maker without its call
  handle(() => TE.right(Block)),
  settle(),
);
hooks.messages().pipe(
  // @ts-expect-error an outcome's maker without its call
  handleByTag("type", { push: async () => 1, star: () => of(Reject) }),
  settle(),
);
// @ts-expect-error an outcome's maker without its call
m.settle(Reject);
// @ts-expect-error an outcome's maker without its call
orders.messages().pipe(filterData(() => true, Reject));
// @ts-expect-error an outcome's maker without its call
void decide(() => Reject);
// @ts-expect-error a copy of a message is none: its face is read from its delivery
const copied: Message<Order> = { ...m };
// @ts-expect-error a copy of a message has no id
void { ...m }.id;
// @ts-expect-error a copy of a batch is none
const copiedBatch: Batch<Order> = { ...b };
void [copied, copiedBatch];
// @ts-expect-error a property that the data has not
hooks.messages().pipe(handleByTag("kind", { push: async () => 1, star: async () => 2 }));
// @ts-expect-error an outcome that no constructor made
orders.messages().pipe(filterData(() => true, { _tag: "Ack" }));
// @ts-expect-error an outcome that no constructor made
void decide(() => ({ _tag: "Reject", cause: 1 }));
orders.messages().pipe(
  handle(() => anyPromise()),
  // @ts-expect-error follow-ups are writes
  followUp((_, x) => [x.extend(5)]),
);
// @ts-expect-error not callable
m.ack();
// @ts-expect-error a read is no write
atomically([m.extend(5)]);
// @ts-expect-error an arbitrary Observable is no Effect
Q.fromEffect(interval(1));
// @ts-expect-error wrong scope
block({ scope: "stream" });
// @ts-expect-error units are in the name
retryBackoff({ maxMs: 5 });
// @ts-expect-error units are in the name
handle(() => anyPromise(), { timeout: 5 });
// @ts-expect-error no such tag
catchTag("Timeout", () => []);
// @ts-expect-error the index of Array.map is no option bag
[m.data].map(Q.enqueue(orders));
// @ts-expect-error a handler of another queue's data
Q.consume(orders)((data: Hook) => TE.right(data.type), { stop$ });
// @ts-expect-error nothing would end it
Q.consume(orders)((data) => chargeTask(data), {});
// @ts-expect-error a handler's error is not what the policy asks for
Q.consume(orders)((data) => chargeTask(data), { stop$, onFailure: [decide((_: Failure<"gone">) => undefined)] });
// @ts-expect-error a reader is run by nobody
Q.consume(orders)((data) => chargeReader(data), { stop$ });
// @ts-expect-error another queue's data
interval(1).pipe(enqueueTo(orders));
