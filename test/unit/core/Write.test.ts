import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { EMPTY, type Observable, retry, Subject, throwError, VirtualTimeScheduler } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { type Effect, effect, succeed } from "../../../src/core/Effect.js";
import { newMessageId } from "../../../src/core/MessageId.js";
import { Ack, type Outcome, Reject } from "../../../src/core/Outcome.js";
import type { MakePlan, Plan } from "../../../src/core/Plan.js";
import {
  defect,
  encodeRefused,
  isSluiceError,
  leaseLost,
  recordConflict,
  type SluiceError,
  storeFull,
  storeUnavailable,
} from "../../../src/core/SluiceError.js";
import type { EnqueueStep } from "../../../src/core/steps/Enqueue.js";
import type { SettleStep } from "../../../src/core/steps/Settle.js";
import {
  doneOf,
  type Step,
  type StepResult,
  WRITE_BYTES_MAX,
  WRITE_COUNT_MAX,
  type WriteAnswer,
} from "../../../src/core/steps/Step.js";
import { atomically, refusalOf, Write } from "../../../src/core/Write.js";
import type { WriteTarget } from "../../../src/core/WriteTarget.js";

interface Call {
  readonly lists: ReadonlyArray<ReadonlyArray<Step>>;
  readonly writeId: string;
  readonly answer: (answers: ReadonlyArray<WriteAnswer>) => void;
  readonly fail: (error: unknown) => void;
}

/** A target that notes its calls and answers when it is told to. */
class ManualTarget implements WriteTarget {
  readonly calls: Array<Call> = [];
  unsubscribed = 0;

  readonly write = (lists: ReadonlyArray<ReadonlyArray<Step>>, writeId: string): Effect<ReadonlyArray<WriteAnswer>> =>
    effect((asker) => {
      this.calls.push({
        lists,
        writeId,
        answer: (answers) => {
          asker.next(answers);
          asker.complete();
        },
        fail: (error) => asker.error(error),
      });
      return () => {
        if (!asker.closed) this.unsubscribed += 1;
      };
    });

  get last(): Call {
    const call = this.calls.at(-1);
    if (call === undefined) throw new Error("nothing was written");
    return call;
  }

  /** Answers the latest call as a store that does everything. */
  succeed(): void {
    this.last.answer(this.last.lists.map((steps) => right(steps.map(resultOf))));
  }
}

const resultOf = doneOf;

const enqueueStep = (payload = "1{}"): EnqueueStep => ({
  _tag: "Enqueue",
  queue: "q",
  id: newMessageId(),
  payload,
  key: undefined,
  headers: undefined,
  delayMs: 0,
  priority: 0,
  expiresInMs: undefined,
  dedupe: undefined,
  mark: undefined,
});

const settleStep = (): SettleStep => ({
  _tag: "Settle",
  queue: "q",
  id: newMessageId(),
  token: "t",
  outcome: Ack,
  cause: "",
  attemptsMax: 20,
});

const writeOf = <A>(target: WriteTarget, steps: ReadonlyArray<Step>, read: Plan<A>["read"]): Write<A> =>
  new Write((): Either<SluiceError, Plan<A>> => right({ steps, read }), { target, settles: false });

const enqueueOf = (target: WriteTarget, value: string, more: Partial<Plan<string>> = {}): Write<string> =>
  new Write(() => right({ steps: [enqueueStep()], read: () => value, ...more }), { target, settles: false });

const settleOf = (target: WriteTarget, more: Partial<Plan<string>> = {}): Write<string> =>
  new Write(() => right({ steps: [settleStep()], read: () => "settled", ...more }), { target, settles: true });

interface Watched<A> {
  readonly values: Array<A>;
  readonly errors: Array<unknown>;
  completed: boolean;
}

const watch = <A>(source: Observable<A>): Watched<A> => {
  const seen: Watched<A> = { values: [], errors: [], completed: false };
  source.subscribe({
    next: (value) => seen.values.push(value),
    error: (error: unknown) => seen.errors.push(error),
    complete: () => {
      seen.completed = true;
    },
  });
  return seen;
};

describe("Write", () => {
  it("plans and writes nothing before it is subscribed to", () => {
    const target = new ManualTarget();
    const plan = vi.fn((): Either<SluiceError, Plan<number>> => right({ steps: [enqueueStep()], read: () => 1 }));
    const write = new Write(plan, { target, settles: false });
    expect(plan).not.toHaveBeenCalled();
    write.subscribe();
    expect(plan).toHaveBeenCalledOnce();
    expect(target.calls).toHaveLength(1);
  });

  it("emits what its plan reads from the results, and completes", () => {
    const target = new ManualTarget();
    const write = writeOf(target, [enqueueStep(), enqueueStep()], (results) => results.map(({ _tag }) => _tag));
    const seen = watch(write);
    expect(seen.completed).toBe(false);
    target.succeed();
    expect(seen).toEqual({ values: [["Enqueued", "Enqueued"]], errors: [], completed: true });
  });

  it("writes again, with new ids, for each subscription that follows a success", () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    write.subscribe();
    target.succeed();
    write.subscribe();
    target.succeed();
    const [first, second] = target.calls;
    expect(second?.writeId).not.toBe(first?.writeId);
    expect(second?.lists[0]?.[0]).not.toEqual(first?.lists[0]?.[0]);
  });

  it("writes again for each of two concurrent subscriptions", () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    write.subscribe();
    write.subscribe();
    expect(new Set(target.calls.map(({ writeId }) => writeId)).size).toBe(2);
  });

  it("lends the steps and the write id of a run that failed retryably to the next one", () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    const first = watch(write);
    target.last.fail(storeUnavailable(new Error("lost")));
    const second = watch(write);
    expect(first.errors).toMatchObject([{ _tag: "StoreUnavailable" }]);
    expect(target.calls[1]?.writeId).toBe(target.calls[0]?.writeId);
    expect(target.calls[1]?.lists).toEqual(target.calls[0]?.lists);
    target.succeed();
    expect(second.values).toEqual(["a"]);
  });

  it("lends its run to that of its retry, which is a Write, and waits by the clock of its store", () => {
    const scheduler = new VirtualTimeScheduler();
    const target = Object.assign(new ManualTarget(), { scheduler });
    const seen: Array<unknown> = [];
    const retried = enqueueOf(target, "a").retry({ initialMs: 5, jitter: "none" });
    expect(retried).toBeInstanceOf(Write);
    retried.subscribe((value) => seen.push(value));
    const first = target.last;
    first.fail(storeUnavailable("gone"));
    expect(target.calls).toHaveLength(1);
    scheduler.flush();
    expect(scheduler.now()).toBe(5);
    expect(target.calls).toHaveLength(2);
    expect([target.last.writeId, target.last.lists]).toEqual([first.writeId, first.lists]);
    target.succeed();
    expect(seen).toHaveLength(1);
  });

  it("is written once by all who await it, and again by each who subscribes", async () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    const awaited = Promise.all([write, write.catch(() => undefined)]);
    target.succeed();
    const [one, other] = await awaited;
    expect([other, await write]).toEqual([one, one]);
    expect(target.calls).toHaveLength(1);
    write.subscribe();
    expect(target.calls).toHaveLength(2);
    expect(target.last.writeId).not.toBe(target.calls[0]?.writeId);
  });

  it("doubles nothing where it is awaited again after a failure that may pass", async () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    const failed = write.catch((error: unknown) => isSluiceError(error) && error._tag);
    target.last.fail(storeUnavailable("gone"));
    expect(await failed).toBe("StoreUnavailable");
    const again = write.then();
    target.succeed();
    await again;
    expect(target.calls.map(({ writeId }) => writeId)).toEqual([target.last.writeId, target.last.writeId]);
  });

  it("lends a run once: after it succeeded, the next subscription is a new write", () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    write.subscribe({ error: () => undefined });
    target.last.fail(storeUnavailable("lost"));
    write.subscribe();
    target.succeed();
    write.subscribe();
    expect(target.calls[2]?.writeId).not.toBe(target.calls[1]?.writeId);
  });

  it("lends both runs where two concurrent ones failed, so that two retries double nothing", () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    const failed = { error: () => undefined };
    write.subscribe(failed);
    write.subscribe(failed);
    for (const call of [...target.calls]) call.fail(storeUnavailable("lost"));
    write.subscribe(failed);
    write.subscribe(failed);
    const ids = target.calls.map(({ writeId }) => writeId);
    expect(new Set(ids.slice(2))).toEqual(new Set(ids.slice(0, 2)));
  });

  it("keeps one write id through rxjs retry", () => {
    const target = new ManualTarget();
    const seen = watch(enqueueOf(target, "a").pipe(retry(2)));
    target.last.fail(storeUnavailable("lost"));
    target.last.fail(storeFull("full"));
    target.succeed();
    expect(seen.values).toEqual(["a"]);
    expect(target.calls).toHaveLength(3);
    expect(new Set(target.calls.map(({ writeId }) => writeId)).size).toBe(1);
  });

  it("plans anew after an error that is not retryable", () => {
    const target = new ManualTarget();
    const write = enqueueOf(target, "a");
    write.subscribe({ error: () => undefined });
    target.last.fail(defect("broken"));
    write.subscribe();
    expect(target.calls[1]?.writeId).not.toBe(target.calls[0]?.writeId);
  });

  it("plans anew instead of lending a plan that no longer stands", () => {
    const target = new ManualTarget();
    let stands = false;
    const write = enqueueOf(target, "a", { stands: () => stands });
    const run = (): string | undefined => {
      write.subscribe({ error: () => undefined });
      target.last.fail(storeUnavailable("lost"));
      return target.last.writeId;
    };
    const ids = [run(), run()];
    stands = true;
    ids.push(run());
    expect(ids[1]).not.toBe(ids[0]);
    expect(ids[2]).toBe(ids[1]);
  });

  it("prepared in advance, sends that plan once, and nothing before it is subscribed to", () => {
    const target = new ManualTarget();
    const plan = vi.fn((): Either<SluiceError, Plan<number>> => right({ steps: [enqueueStep()], read: () => 1 }));
    const write = new Write(plan, { target, settles: false });
    write.prepare();
    expect(plan).toHaveBeenCalledOnce();
    expect(target.calls).toHaveLength(0);
    write.subscribe();
    expect(plan).toHaveBeenCalledOnce();
    write.subscribe();
    expect(plan).toHaveBeenCalledTimes(2);
    expect(target.calls[1]?.lists).not.toEqual(target.calls[0]?.lists);
    expect(target.calls[1]?.writeId).not.toBe(target.calls[0]?.writeId);
  });

  it("prepared in advance, is refused by its run", () => {
    const target = new ManualTarget();
    const write = new Write((): Either<SluiceError, Plan<number>> => left(encodeRefused(["no"])), {
      target,
      settles: false,
    });
    write.prepare();
    expect(watch(write).errors).toMatchObject([{ _tag: "EncodeRefused" }]);
  });

  it("sends nothing before what its plan waits for is complete", () => {
    const target = new ManualTarget();
    const before = new Subject<string>();
    const seen = watch(enqueueOf(target, "a", { after: before }));
    before.next("not yet");
    expect(target.calls).toEqual([]);
    before.complete();
    target.succeed();
    expect(seen).toEqual({ values: ["a"], errors: [], completed: true });
  });

  it("fails with what its plan waits for, sends nothing, and tells the plan", () => {
    const target = new ManualTarget();
    const before = new Subject<void>();
    const onEnd = vi.fn();
    const seen = watch(enqueueOf(target, "a", { after: before, onEnd }));
    const lost = leaseLost(newMessageId());
    before.error(lost);
    expect(seen.errors).toEqual([lost]);
    expect(onEnd.mock.calls).toEqual([[lost, []]]);
    expect(target.calls).toEqual([]);
  });

  it("fails with the refusal of its plan and writes nothing", () => {
    const target = new ManualTarget();
    const refusal = encodeRefused(["value: expected string"]);
    const seen = watch(new Write<string>(() => left(refusal), { target, settles: false }));
    expect(seen.errors).toEqual([refusal]);
    expect(target.calls).toEqual([]);
  });

  it("fails with what the store answers instead of doing the list", () => {
    const target = new ManualTarget();
    const lost = leaseLost(newMessageId());
    const seen = watch(settleOf(target));
    target.last.answer([left(lost)]);
    expect(seen).toEqual({ values: [], errors: [lost], completed: false });
  });

  it("tags a foreign error of its store as a Defect", () => {
    const target = new ManualTarget();
    const seen = watch(enqueueOf(target, "a"));
    target.last.fail(new TypeError("a bug"));
    expect(seen.errors).toMatchObject([{ _tag: "Defect", retryable: false }]);
  });

  it("fails with a Defect where its plan throws, and may run again", () => {
    const target = new ManualTarget();
    const plan = vi
      .fn<MakePlan<number>>()
      .mockImplementationOnce(() => {
        throw new Error("a bug");
      })
      .mockReturnValue(right({ steps: [settleStep()], read: () => 1 }));
    const write = new Write(plan, { target, settles: true });
    expect(watch(write).errors).toMatchObject([{ _tag: "Defect" }]);
    const second = watch(write);
    target.succeed();
    expect(second.values).toEqual([1]);
  });

  it("fails with a Defect where its plan cannot read the results", () => {
    const target = new ManualTarget();
    const seen = watch(
      enqueueOf(target, "a", {
        read: () => {
          throw defect("not an id");
        },
      }),
    );
    target.succeed();
    expect(seen.errors).toMatchObject([{ _tag: "Defect", cause: "not an id" }]);
  });

  it("fails with a Defect where its store forgets to answer the list", () => {
    const target = new ManualTarget();
    const seen = watch(enqueueOf(target, "a"));
    target.last.answer([]);
    expect(seen.errors).toMatchObject([{ _tag: "Defect" }]);
  });

  it("succeeds without asking the store where it has no steps", () => {
    const target = new ManualTarget();
    const seen = watch(writeOf(target, [], ({ length }) => length));
    expect(seen).toEqual({ values: [0], errors: [], completed: true });
    expect(target.calls).toEqual([]);
  });

  it("goes on when it is unsubscribed: what was handed over is not recalled", () => {
    const target = new ManualTarget();
    const onEnd = vi.fn();
    const values: Array<string> = [];
    enqueueOf(target, "a", { onEnd })
      .subscribe((value) => values.push(value))
      .unsubscribe();
    expect(target.unsubscribed).toBe(0);
    target.succeed();
    expect(onEnd).toHaveBeenCalledWith(undefined, [expect.objectContaining({ _tag: "Enqueued" })]);
    expect(values).toEqual([]);
  });

  it("tells its plan of start and end around the call to the store", () => {
    const target = new ManualTarget();
    const told: Array<string> = [];
    enqueueOf(target, "a", {
      onStart: () => told.push(`start, ${target.calls.length} calls`),
      onEnd: (error, results) => told.push(`end, ${String(error?._tag)}, ${results.length} results`),
    }).subscribe({ error: () => undefined });
    target.last.fail(storeUnavailable("lost"));
    expect(told).toEqual(["start, 0 calls", "end, StoreUnavailable, 0 results"]);
  });

  it("uses its own way to the store where it has one", () => {
    const target = new ManualTarget();
    const sent: Array<ReadonlyArray<Step>> = [];
    const write = new Write(() => right({ steps: [enqueueStep()], read: () => "sent" }), {
      target,
      settles: false,
      send: (steps, _writeId, end) => {
        sent.push(steps);
        end(undefined, steps.map(resultOf));
      },
    });
    expect(watch(write).values).toEqual(["sent"]);
    expect(sent).toHaveLength(1);
    expect(target.calls).toEqual([]);
  });
});

describe("a Write that settles", () => {
  it("runs once for all later subscriptions, which get the same answer", () => {
    const target = new ManualTarget();
    const write = settleOf(target);
    const first = watch(write);
    target.succeed();
    const second = watch(write);
    expect([first.values, second.values]).toEqual([["settled"], ["settled"]]);
    expect(second.completed).toBe(true);
    expect(target.calls).toHaveLength(1);
  });

  it("shares one run between concurrent subscriptions", () => {
    const target = new ManualTarget();
    const write = settleOf(target);
    const seen = [watch(write), watch(write), watch(write)];
    expect(target.calls).toHaveLength(1);
    target.succeed();
    expect(seen.map(({ values }) => values)).toEqual([["settled"], ["settled"], ["settled"]]);
  });

  it("tells all concurrent subscriptions of a failure, and may run again with the same write id", () => {
    const target = new ManualTarget();
    const write = settleOf(target);
    const failed = [watch(write), watch(write)];
    target.last.fail(storeUnavailable("lost"));
    expect(failed.map(({ errors }) => errors.length)).toEqual([1, 1]);
    const again = watch(write);
    expect(target.calls).toHaveLength(2);
    expect(target.calls[1]?.writeId).toBe(target.calls[0]?.writeId);
    target.succeed();
    expect(again.values).toEqual(["settled"]);
  });

  it("may be subscribed to again from within its own failure", () => {
    const target = new ManualTarget();
    const write = settleOf(target);
    const second = new Subject<string>();
    const seen = watch(second);
    write.subscribe({ error: () => write.subscribe(second) });
    target.last.fail(storeUnavailable("lost"));
    target.succeed();
    expect(seen.values).toEqual(["settled"]);
  });

  it("keeps its answer for others when one of them unsubscribes", () => {
    const target = new ManualTarget();
    const write = settleOf(target);
    const leaving = write.subscribe();
    const staying = watch(write);
    leaving.unsubscribe();
    target.succeed();
    expect(staying.values).toEqual(["settled"]);
  });
});

describe("atomically", () => {
  it("sends the steps of all its parts as one list, in order, under one write id", () => {
    const target = new ManualTarget();
    const steps = [enqueueStep("1a"), enqueueStep("1b"), enqueueStep("1c")] as const;
    const part = (...own: ReadonlyArray<Step>): Write<number> => writeOf(target, own, ({ length }) => length);
    const seen = watch(atomically([part(steps[0], steps[1]), part(), part(steps[2])]));
    expect(target.calls.map(({ lists }) => lists)).toEqual([[[...steps]]]);
    target.succeed();
    expect(seen.values).toEqual([[2, 0, 1]]);
  });

  it("answers a tuple of the types and in the order of its parts", async () => {
    const target = new ManualTarget();
    const number = writeOf(target, [enqueueStep()], () => 7);
    const both = atomically([number, enqueueOf(target, "text")]);
    const values = both.then(([n, text]) => n.toFixed(1) + text.toUpperCase());
    target.succeed();
    await expect(values).resolves.toBe("7.0TEXT");
  });

  it("gives each part its own slice of the results, at reading and at the end", () => {
    const target = new ManualTarget();
    const ends: Array<ReadonlyArray<StepResult>> = [];
    const onEnd = (_: unknown, results: ReadonlyArray<StepResult>): void => {
      ends.push(results);
    };
    atomically([enqueueOf(target, "a", { onEnd }), settleOf(target, { onEnd })]).subscribe();
    target.succeed();
    expect(ends).toEqual([
      [expect.objectContaining({ _tag: "Enqueued" })],
      [expect.objectContaining({ _tag: "Settled" })],
    ]);
  });

  it("writes nothing where one part is refused, and starts no other", () => {
    const target = new ManualTarget();
    const onStart = vi.fn();
    const refusal = encodeRefused(["no"]);
    const refused = new Write<string>(() => left(refusal), { target, settles: false });
    const seen = watch(atomically([enqueueOf(target, "a", { onStart }), refused]));
    expect(seen.errors).toEqual([refusal]);
    expect(onStart).not.toHaveBeenCalled();
    expect(target.calls).toEqual([]);
  });

  it("fails as a whole with the store's refusal, and tells every part", () => {
    const target = new ManualTarget();
    const onEnd = vi.fn();
    const seen = watch(atomically([enqueueOf(target, "a", { onEnd }), settleOf(target, { onEnd })]));
    const lost = leaseLost(newMessageId());
    target.last.answer([left(lost)]);
    expect(seen.errors).toEqual([lost]);
    expect(onEnd.mock.calls).toEqual([
      [lost, []],
      [lost, []],
    ]);
  });

  it("runs once where a part settles, and again and again where none does", () => {
    const target = new ManualTarget();
    const settling = atomically([settleOf(target), enqueueOf(target, "a")]);
    settling.subscribe();
    target.succeed();
    settling.subscribe();
    expect(target.calls).toHaveLength(1);
    const enqueueing = atomically([enqueueOf(target, "a")]);
    enqueueing.subscribe();
    enqueueing.subscribe();
    expect(target.calls).toHaveLength(3);
  });

  it("joins what atomically has joined already", () => {
    const target = new ManualTarget();
    const seen = watch(
      atomically([atomically([enqueueOf(target, "a"), enqueueOf(target, "b")]), enqueueOf(target, "c")]),
    );
    target.succeed();
    expect(seen.values).toEqual([[["a", "b"], "c"]]);
    expect(target.calls).toHaveLength(1);
  });

  it("settles a message once that several parts settle, and tells each of them its answer", () => {
    const target = new ManualTarget();
    const step = settleStep();
    const settle = (): Write<StepResult | undefined> =>
      new Write(() => right({ steps: [step], read: ([result]) => result }), { target, settles: true });
    const seen = watch(atomically([settle(), enqueueOf(target, "a"), atomically([settle()])]));
    expect(target.last.lists[0]).toMatchObject([step, { _tag: "Enqueue" }]);
    target.succeed();
    expect(seen.values).toEqual([[resultOf(step), "a", [resultOf(step)]]]);
  });

  it("refuses parts that settle a message differently, unsent", () => {
    const target = new ManualTarget();
    const step = settleStep();
    const settleAs = (outcome: Outcome): Write<string> =>
      new Write(() => right({ steps: [{ ...step, outcome }], read: () => "" }), { target, settles: true });
    const seen = watch(atomically([settleAs(Ack), settleAs(Reject({ cause: "x" }))]));
    expect(seen.errors).toMatchObject([{ _tag: "AlreadySettled", id: step.id, outcome: Ack }]);
    expect(target.calls).toEqual([]);
  });

  it.each([null, [null], [succeed(1)], [{ ack: 1 }]])("refuses what is no write: %j", (writes) => {
    expect(() => atomically(writes as never)).toThrow(
      expect.objectContaining({
        _tag: "InvalidConfig",
        message: expect.stringContaining("an array of writes") as string,
      }),
    );
  });

  it("refuses parts of different stores, with no write at all, and says what to do", () => {
    const parts = [enqueueOf(new ManualTarget(), "a"), enqueueOf(new ManualTarget(), "b")] as const;
    expect(() => atomically(parts)).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", message: expect.stringContaining("one store") as string }),
    );
  });

  it("refuses to join nothing", () => {
    expect(() => atomically([])).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "writes" }));
  });

  const manySteps = (target: WriteTarget, count: number, payload: string): Write<number> =>
    writeOf(
      target,
      Array.from({ length: count }, () => enqueueStep(payload)),
      ({ length }) => length,
    );

  it(`takes ${WRITE_COUNT_MAX} steps and refuses one more as WriteTooLarge, unsent`, () => {
    const target = new ManualTarget();
    watch(atomically([manySteps(target, 999, "1"), manySteps(target, 1, "1")]));
    expect(target.calls).toHaveLength(1);
    const seen = watch(atomically([manySteps(target, 1_000, "1"), manySteps(target, 1, "1")]));
    expect(seen.errors).toMatchObject([{ _tag: "WriteTooLarge", count: 1_001, countMax: 1_000 }]);
    expect(target.calls).toHaveLength(1);
  });

  it("takes 8 MiB of payload, counted in UTF-8, and refuses one byte more", () => {
    const target = new ManualTarget();
    const halfMebibyte = "é".repeat(WRITE_BYTES_MAX / 32);
    watch(atomically([manySteps(target, 16, halfMebibyte)]));
    expect(target.calls).toHaveLength(1);
    const seen = watch(atomically([manySteps(target, 16, halfMebibyte), manySteps(target, 1, "x")]));
    expect(seen.errors).toMatchObject([
      { _tag: "WriteTooLarge", bytes: WRITE_BYTES_MAX + 1, bytesMax: WRITE_BYTES_MAX },
    ]);
    expect(target.calls).toHaveLength(1);
  });

  it("is planned anew at each run, so that a part refused before may pass now", () => {
    const target = new ManualTarget();
    let open = false;
    const gated = new Write<string>(
      () => (open ? right({ steps: [enqueueStep()], read: () => "in" }) : left(encodeRefused(["not yet"]))),
      { target, settles: true },
    );
    const both = atomically([gated, enqueueOf(target, "a")]);
    expect(watch(both).errors).toHaveLength(1);
    open = true;
    const seen = watch(both);
    target.succeed();
    expect(seen.values).toEqual([["in", "a"]]);
  });

  it("carries the plan of its parts, which stays readable", () => {
    const target = new ManualTarget();
    const joined = atomically([enqueueOf(target, "a"), enqueueOf(target, "b")]).plan();
    if (isLeft(joined)) throw joined.left;
    expect(joined.right.steps).toHaveLength(2);
  });
});

describe("refusalOf", () => {
  it("is nothing where the write may run, and runs nothing", () => {
    const target = new ManualTarget();
    const onStart = vi.fn();
    expect(refusalOf(enqueueOf(target, "a", { onStart }), 1)).toBeUndefined();
    expect([target.calls, onStart.mock.calls]).toEqual([[], []]);
  });

  it("is the refusal of the plan, or what its making throws", () => {
    const target = new ManualTarget();
    const refusal = encodeRefused(["no"]);
    const planned = (plan: MakePlan<string>): SluiceError | undefined =>
      refusalOf(new Write(plan, { target, settles: false }), 0);
    expect(planned(() => left(refusal))).toBe(refusal);
    expect(
      planned(() => {
        throw new Error("a bug");
      }),
    ).toMatchObject({ _tag: "Defect" });
  });

  it("is WriteTooLarge where so many more steps do not fit", () => {
    const target = new ManualTarget();
    const full = writeOf(
      target,
      Array.from({ length: WRITE_COUNT_MAX }, () => enqueueStep()),
      ({ length }) => length,
    );
    expect(refusalOf(full, 0)).toBeUndefined();
    expect(refusalOf(full, 1)).toMatchObject({ _tag: "WriteTooLarge", count: WRITE_COUNT_MAX + 1 });
  });
});

describe("a plan that mends a refusal", () => {
  const conflict = recordConflict({ collection: "things", id: "a", expected: { _tag: "Absent" } }, undefined);
  const refuse = (target: ManualTarget): void => target.last.answer([left(conflict)]);

  it("is made anew, by a new write id, once it may be", () => {
    const target = new ManualTarget();
    const mended$ = new Subject<unknown>();
    const mend = vi.fn(() => mended$);
    const ends: Array<string | undefined> = [];
    const seen = watch(enqueueOf(target, "a", { mend, onEnd: (error) => ends.push(error?._tag) }));
    refuse(target);
    expect(mend).toHaveBeenCalledExactlyOnceWith(conflict);
    expect(target.calls).toHaveLength(1);
    mended$.complete();
    const [first, second] = target.calls;
    expect(second?.writeId).not.toBe(first?.writeId);
    expect(second?.lists).not.toEqual(first?.lists);
    target.succeed();
    expect(seen).toEqual({ values: ["a"], errors: [], completed: true });
    expect(ends).toEqual(["RecordConflict", undefined]);
  });

  it("fails with the refusal where it has nothing to mend, and with what mending fails with", () => {
    const target = new ManualTarget();
    const refused = watch(enqueueOf(target, "a", { mend: () => undefined }));
    refuse(target);
    expect(refused.errors).toEqual([conflict]);
    const failed = watch(enqueueOf(target, "a", { mend: () => throwError(() => storeFull(new Error("full"))) }));
    refuse(target);
    expect(failed.errors).toMatchObject([{ _tag: "StoreFull" }]);
    expect(target.calls).toHaveLength(2);
  });

  it("gives up after ten times", () => {
    const target = new ManualTarget();
    const seen = watch(enqueueOf(target, "a", { mend: () => EMPTY }));
    for (let i = 0; i < 11; i++) {
      expect(seen.errors).toEqual([]);
      refuse(target);
    }
    expect(target.calls).toHaveLength(11);
    expect(seen.errors).toEqual([conflict]);
  });

  it("mends the join that it is a part of, also one that settles", () => {
    const target = new ManualTarget();
    const join = atomically([settleOf(target), enqueueOf(target, "a", { mend: () => EMPTY }), enqueueOf(target, "b")]);
    const seen = watch(join);
    const again = watch(join);
    refuse(target);
    target.succeed();
    expect(seen.values).toEqual([["settled", "a", "b"]]);
    expect(again.values).toEqual([["settled", "a", "b"]]);
    expect(target.calls).toHaveLength(2);
  });
});
