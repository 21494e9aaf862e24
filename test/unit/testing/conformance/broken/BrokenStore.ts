/** A store that breaks its word in one way, and the parts that such stores are made of. */
import { isLeft, isRight, right } from "fp-ts/lib/Either.js";
import { map } from "rxjs";
import { v7 } from "uuid";
import { type Effect, fromOne } from "../../../../../src/core/Effect.js";
import { Release } from "../../../../../src/core/Outcome.js";
import type { EnqueueStep } from "../../../../../src/core/steps/Enqueue.js";
import type { SettleStep } from "../../../../../src/core/steps/Settle.js";
import { doneOf, type Step, type StepResult, type WriteAnswer } from "../../../../../src/core/steps/Step.js";
import type { Lease, LeaseRequest } from "../../../../../src/port/Lease.js";
import type { Store } from "../../../../../src/port/Store.js";
import { viewOf } from "../../../../../src/port/viewOf.js";
import { memoryStore } from "../../../../../src/stores/memory/memoryStore.js";
import type { StoreFactory, StoreUnderTest } from "../../../../../src/testing/conformance/ConformanceCase.js";
import { sharedView } from "./sharedView.js";

/** A way to break a store: these parts of it are replaced. */
export type Break = (store: Store) => Partial<Store>;

/** A memory store, broken, and seen by several processes. */
export const broken =
  (breakIt: Break): StoreFactory =>
  ({ scheduler }): StoreUnderTest => {
    const store = memoryStore({ scheduler });
    const broken = breakIt(store);
    const worse: Store = viewOf(store, broken);
    // A view closes by itself; a store that closes badly has to do so before the suite's eyes.
    return {
      store: broken.close === undefined ? sharedView(worse) : worse,
      another: () => sharedView(worse),
      dispose: async () => await store.close(),
    };
  };

/** The effect's value, changed. */
export const mapped = <A, B>(effect: Effect<A>, change: (value: A) => B): Effect<B> =>
  fromOne(effect.pipe(map(change)));

/** Changes the steps on their way in; a step that becomes none is answered as if it were done. */
export const changingSteps =
  (change: (step: Step) => Step | undefined): Break =>
  (store) => ({
    write: (lists, writeId) => {
      const changed = lists.map((steps) => steps.map(change));
      const kept = changed.map((steps) => steps.filter((step) => step !== undefined));
      return mapped(store.write(kept, writeId), (answers) =>
        answers.map((answer, i) => {
          if (isLeft(answer)) return answer;
          const results = [...answer.right];
          return right((lists[i] ?? []).map((step, n) => (changed[i]?.[n] && results.shift()) || doneOf(step)));
        }),
      );
    },
  });

export const changingEnqueues = (change: (step: EnqueueStep) => EnqueueStep | undefined): Break =>
  changingSteps((step) => (step._tag === "Enqueue" ? change(step) : step));

export const changingSettles = (change: (step: SettleStep) => SettleStep | undefined): Break =>
  changingSteps((step) => (step._tag === "Settle" ? change(step) : step));

/** Changes the results of steps that were done. */
export const changingResults =
  (change: (result: StepResult, step: Step) => StepResult): Break =>
  (store) => ({
    write: (lists, writeId) =>
      mapped(store.write(lists, writeId), (answers) =>
        answers.map((answer, i) =>
          isLeft(answer)
            ? answer
            : right(answer.right.map((result, n) => change(result, lists[i]?.[n] ?? unknownStep()))),
        ),
      ),
  });

const unknownStep = (): never => {
  throw new Error("a store answered more than it was asked");
};

/** Changes what consumers ask for. */
export const changingRequests =
  (change: (request: LeaseRequest) => LeaseRequest): Break =>
  (store) => ({ lease: (request) => store.lease(change(request)) });

/** Changes what consumers get. */
export const changingLeases =
  (change: (leases: ReadonlyArray<Lease>, request: LeaseRequest) => ReadonlyArray<Lease>): Break =>
  (store) => ({ lease: (request) => mapped(store.lease(request), (leases) => change(leases, request)) });

/** Leases all that is ready, keeps of it what `choose` says, and releases the rest. */
export const choosing =
  (choose: (leases: ReadonlyArray<Lease>, request: LeaseRequest) => ReadonlyArray<Lease>): Break =>
  (store) => ({
    lease: (request) =>
      mapped(store.lease({ ...request, max: 10_000, bytesMax: Number.POSITIVE_INFINITY }), (leases) => {
        const chosen = new Set(choose(leases, request));
        const rest = leases.filter((lease) => !chosen.has(lease));
        store.write([rest.map((lease) => releaseOf(request.queue, lease))], v7()).subscribe();
        return [...chosen];
      }),
  });

export const releaseOf = (queue: string, { id, token }: Pick<Lease, "id" | "token">): Step => ({
  _tag: "Settle",
  queue,
  id,
  token,
  outcome: Release({ reason: "broken" }),
  cause: "",
  attemptsMax: 20,
});

/** A step that enqueues the leased message anew. */
export const enqueueOf = (step: SettleStep, lease: Lease, change: Partial<EnqueueStep>): EnqueueStep => ({
  _tag: "Enqueue",
  queue: step.queue,
  id: lease.id,
  payload: lease.payload,
  key: lease.key,
  headers: lease.headers,
  delayMs: 0,
  priority: 0,
  expiresInMs: undefined,
  dedupe: undefined,
  mark: undefined,
  ...change,
});

/** Cuts each list into parts that are lists of their own. */
export const cutting =
  (cut: (steps: ReadonlyArray<Step>) => ReadonlyArray<ReadonlyArray<Step>>): Break =>
  (store) => ({
    write: (lists, writeId) => {
      const parts = lists.map(cut);
      return mapped(store.write(parts.flat(), writeId), (answers) => {
        const rest = [...answers];
        return parts.map(({ length }) => joined(rest.splice(0, length)));
      });
    },
  });

/** The answers of parts of a list as that of the list. */
export const joined = (answers: ReadonlyArray<WriteAnswer>): WriteAnswer =>
  answers.find(isLeft) ?? right(answers.filter(isRight).flatMap((answer) => answer.right));

/** Does two things wrong. */
export const both =
  (first: Break, second: Break): Break =>
  (store) => {
    const worse = viewOf(store, first(store));
    return viewOf(worse, second(worse));
  };

/** Every lease that the store gave, by token: for stores that know too much. */
export const remembering =
  (use: (store: Store, given: ReadonlyMap<string, Lease>) => Partial<Store>): Break =>
  (store) => {
    const given = new Map<string, Lease>();
    const noting = viewOf(store, {
      lease: (request) =>
        mapped(store.lease(request), (leases) => {
          for (const lease of leases) given.set(lease.token, lease);
          return leases;
        }),
    });
    return { lease: noting.lease, ...use(noting, given) };
  };
