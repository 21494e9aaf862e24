import { type Either, isLeft, isRight } from "fp-ts/lib/Either.js";
import { Subject } from "rxjs";
import { describe, expect, it, vi } from "vitest";
import { newMessageId } from "../../../src/core/MessageId.js";
import { Ack, type Outcome, Reject, Retry } from "../../../src/core/Outcome.js";
import { checkSize, joinPlans, type Plan } from "../../../src/core/Plan.js";
import { type SluiceError, storeUnavailable } from "../../../src/core/SluiceError.js";
import type { EnqueueStep } from "../../../src/core/steps/Enqueue.js";
import type { SettleStep } from "../../../src/core/steps/Settle.js";
import { doneOf, type Step, type StepResult, WRITE_BYTES_MAX, WRITE_COUNT_MAX } from "../../../src/core/steps/Step.js";

const settleStep = (token: string, outcome: Outcome = Ack): SettleStep => ({
  _tag: "Settle",
  queue: "q",
  id: newMessageId(),
  token,
  outcome,
  cause: "",
  attemptsMax: 20,
});

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

const resultOf = doneOf;

type OfResults = Plan<ReadonlyArray<StepResult>>;

const planOf = (steps: ReadonlyArray<Step>, more: Partial<OfResults> = {}): OfResults => ({
  steps,
  read: (results) => results,
  ...more,
});

const joined = (...plans: ReadonlyArray<OfResults>): Plan<ReadonlyArray<ReadonlyArray<StepResult>>> => {
  const plan: Either<SluiceError, Plan<ReadonlyArray<ReadonlyArray<StepResult>>>> = joinPlans(plans);
  if (isLeft(plan)) throw plan.left;
  return plan.right;
};

describe("joinPlans", () => {
  it("keeps all steps in order, and gives each plan its own results", () => {
    const [a, b, c] = [enqueueStep(), settleStep("1"), enqueueStep()];
    const plan = joined(planOf([a, b]), planOf([]), planOf([c]));
    expect(plan.steps).toEqual([a, b, c]);
    expect(plan.read([a, b, c].map(resultOf))).toEqual([[resultOf(a), resultOf(b)], [], [resultOf(c)]]);
  });

  it("settles a message once, and gives its result to each plan that settles it so", () => {
    const [first, between, other] = [settleStep("1"), enqueueStep(), settleStep("2")];
    const plan = joined(planOf([first]), planOf([between, settleStep("1")]), planOf([other, settleStep("1")]));
    expect(plan.steps).toEqual([first, between, other]);
    const [settled, enqueued, second] = [first, between, other].map(resultOf);
    expect(plan.read(plan.steps.map(resultOf))).toEqual([[settled], [enqueued, settled], [second, settled]]);
  });

  it("takes outcomes for the same that ask for the same, whatever the cause", () => {
    const retries = ["x", "y"].map((cause) => planOf([settleStep("1", Retry({ cause, delayMs: 5 }))]));
    expect(joined(...retries).steps).toHaveLength(1);
  });

  it.each<[Outcome, Outcome]>([
    [Ack, Reject({ cause: "x" })],
    [Reject({ cause: "x" }), Ack],
    [Retry({ cause: "x" }), Retry({ cause: "x", delayMs: 5 })],
  ])("refuses %j and %j of one message: the first outcome stands", (one, another) => {
    const step = settleStep("1", one);
    const plan = joinPlans([planOf([step]), planOf([settleStep("2"), settleStep("1", another)])]);
    expect(plan).toMatchObject({ left: { _tag: "AlreadySettled", outcome: one } });
  });

  it("tells every plan of start and end, of a failure without results", () => {
    const told = vi.fn<(...said: ReadonlyArray<unknown>) => void>();
    const plans = ["a", "b"].map((name) =>
      planOf([settleStep("1")], { onStart: () => told(name), onEnd: (error, own) => told(name, error, own) }),
    );
    const plan = joined(...plans);
    const error = storeUnavailable("gone");
    plan.onStart?.();
    plan.onEnd?.(error, []);
    expect(told.mock.calls).toEqual([["a"], ["b"], ["a", error, []], ["b", error, []]]);
  });

  it("waits for all that its plans wait for, and for nothing where none does", () => {
    const [one, another] = [new Subject<void>(), new Subject<void>()];
    const plan = joined(planOf([], { after: one }), planOf([]), planOf([], { after: another }));
    let completed = false;
    plan.after?.subscribe({
      complete: () => {
        completed = true;
      },
    });
    one.complete();
    expect(completed).toBe(false);
    another.complete();
    expect(completed).toBe(true);
    expect(joined(planOf([]), planOf([])).after).toBeUndefined();
  });

  it("stands while all of its plans stand", () => {
    let stands = true;
    const plan = joined(planOf([]), planOf([], { stands: () => stands }));
    expect(plan.stands?.()).toBe(true);
    stands = false;
    expect(plan.stands?.()).toBe(false);
  });

  it("joins what was joined before", () => {
    const plan = joinPlans([joined(planOf([settleStep("1")])), joined(planOf([settleStep("1")]))]);
    expect(isRight(plan) && plan.right.steps).toHaveLength(1);
  });
});

describe("checkSize", () => {
  it("leaves room for more steps where it is asked to", () => {
    const steps = Array.from({ length: WRITE_COUNT_MAX }, () => enqueueStep());
    expect(checkSize(steps)).toBeUndefined();
    expect(checkSize(steps.slice(1), 1)).toBeUndefined();
    expect(checkSize(steps, 1)).toMatchObject({ _tag: "WriteTooLarge", count: WRITE_COUNT_MAX + 1 });
  });

  it("counts payloads in UTF-8", () => {
    const steps = [enqueueStep("é".repeat(WRITE_BYTES_MAX / 2))];
    expect(checkSize(steps)).toBeUndefined();
    expect(checkSize([...steps, enqueueStep("x")])).toMatchObject({
      _tag: "WriteTooLarge",
      bytes: WRITE_BYTES_MAX + 1,
    });
  });
});
