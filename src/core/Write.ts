/**
 * A Write is an Effect that changes a store. It is a value: joined with others by `atomically`, carried by messages as
 * their ack, retried by its `retry`.
 *
 * Life of a Write: each subscription is a *run*, and all awaiting shares one. A run plans its steps (which encodes data and makes
 * ids), hands them to the store, and reads the results. A failed run lends its plan and its write id to the next run, so
 * repeating never doubles; a plan that no longer stands (its message was settled meanwhile) is made anew. So is one that was refused
 * for a reason that it can mend by itself. A Write that settles
 * a message runs once: later and concurrent subscriptions share the answer of that run. Unsubscribing recalls nothing: what was
 * handed to the store goes on.
 */
import { type Either, isLeft, isRight, left, right } from "fp-ts/lib/Either.js";
import { AsyncSubject, type Observer } from "rxjs";
import { brandOf, hasBrand, mark } from "./brand.js";
import { type Asker, Effect, type ErrorsOf, type RetryOptions, type Start } from "./Effect.js";
import type { End } from "./End.js";
import { showAs } from "./inspecting.js";
import { checkSize, groupsThatFit, joinPlans, type MakePlan, type Plan, type PlanFor } from "./Plan.js";
import { retrying } from "./retrying.js";
import {
  type AlreadySettled,
  defect,
  invalidConfig,
  type SluiceError,
  toSluiceError,
  type WriteTooLarge,
} from "./SluiceError.js";
import { idFrom, type Sources } from "./Sources.js";
import type { Step, StepResult } from "./steps/Step.js";
import type { WriteTarget } from "./WriteTarget.js";

/** Called once, with how a list ended. */
export type RunEnd = End<ReadonlyArray<StepResult>>;

/** How one list reaches the store: alone, or together with others of the same moment. */
export type SendList = (steps: ReadonlyArray<Step>, writeId: string, end: RunEnd) => void;

interface Run<A> {
  readonly writeId: string;
  readonly plan: Plan<A>;
}

export interface WriteOptions {
  /** The store that it changes. */
  readonly target: WriteTarget;
  /** Whether it settles a message, and so runs once. */
  readonly settles: boolean;
  /** A way to the store by which lists of one moment leave together; without it each list leaves alone. */
  readonly send?: SendList | undefined;
}

/** An Effect that changes one store; `atomically` joins several into one all-or-nothing write. */
export class Write<out A, out E extends SluiceError = SluiceError> extends Effect<A, E> {
  /** @internal */
  readonly plan: MakePlan<A>;
  /** @internal */
  readonly options: WriteOptions;
  private readonly runs: Pick<Runs<unknown>, "prepare">;

  /**
   * `start` replaces how it runs.
   *
   * @internal
   */
  constructor(plan: MakePlan<A>, options: WriteOptions, start?: Start<A>) {
    const runs = new Runs(plan, options);
    super(start ?? ((asker) => runs.start(asker)));
    this.plan = plan;
    this.options = options;
    this.runs = runs;
  }

  /** As for any Effect. Within `atomically` it is a part like any Write, and makes no retries: retry the join instead. */
  override retry(options: RetryOptions = {}): Write<A, E> {
    return new Write(this.plan, this.options, retrying(this, options, this.options.target));
  }

  override toJSON(): object {
    return { _tag: "Write" };
  }

  /**
   * Makes the plan of the next run in advance, while there is time. Nothing is sent. Where the plan is refused, that run will
   * ask again and tell it.
   *
   * @internal
   */
  prepare(): void {
    this.runs.prepare();
  }
}
showAs(Write, "Write", () => ({}));

const brand = brandOf("Write");
mark(Write.prototype, brand);

/** So often one run is planned anew after a refusal that its plan can mend. */
const MENDED_MAX = 10;

/** What one Write remembers between runs: lent runs (several, where concurrent ones failed), and the shared run of one that settles. */
class Runs<A> {
  private lent: Array<Run<A>> | undefined;
  private shared: AsyncSubject<A> | undefined;

  constructor(
    private readonly plan: MakePlan<A>,
    private readonly options: WriteOptions,
  ) {}

  start(asker: Asker<A>): void {
    if (!this.options.settles) this.run(asker);
    else if (this.shared !== undefined) this.shared.subscribe(asker);
    else {
      const answer = new AsyncSubject<A>();
      this.shared = answer;
      answer.subscribe(asker);
      this.run(answer);
    }
  }

  prepare(): void {
    const planned = planRun(this.plan, this.options.target);
    if (isRight(planned)) this.lend(planned.right);
  }

  private lend(run: Run<A>): void {
    this.lent ??= [];
    this.lent.push(run);
  }

  private run(answer: Observer<A>, mended = 0): void {
    const lent = this.lent?.pop();
    const planned =
      lent === undefined || lent.plan.stands?.() === false ? planRun(this.plan, this.options.target) : right(lent);
    if (isLeft(planned)) {
      this.fail(answer, planned.left);
      return;
    }
    const run = planned.right;
    const { plan, writeId } = run;
    const { target, send } = this.options;
    plan.onStart?.();
    const end = this.endOf(run, { answer, mended });
    const start = (): void => {
      if (send === undefined) sendAlone(target, run, end);
      else send(plan.steps, writeId, end);
    };
    if (plan.after === undefined) start();
    else plan.after.subscribe({ error: (cause: unknown) => end(toSluiceError(cause), []), complete: start });
  }

  private endOf(run: Run<A>, { answer, mended }: { readonly answer: Observer<A>; readonly mended: number }): RunEnd {
    const { plan } = run;
    return (error, results) => {
      if (error?.retryable === true) this.lend(run);
      plan.onEnd?.(error, results);
      const mending = error === undefined || mended >= MENDED_MAX ? undefined : plan.mend?.(error);
      if (mending !== undefined) {
        mending.subscribe({
          error: (cause: unknown) => this.fail(answer, toSluiceError(cause)),
          complete: () => this.run(answer, mended + 1),
        });
        return;
      }
      if (error !== undefined) {
        this.fail(answer, error);
        return;
      }
      let value: A;
      try {
        value = plan.read(results);
      } catch (cause) {
        this.fail(answer, toSluiceError(cause));
        return;
      }
      answer.next(value);
      answer.complete();
    };
  }

  private fail(answer: Observer<A>, error: SluiceError): void {
    this.shared = undefined;
    answer.error(error);
  }
}

const planRun = <A>(plan: MakePlan<A>, sources: Sources): Either<SluiceError, Run<A>> => {
  const planned = askPlan(plan);
  if (isLeft(planned)) return planned;
  const tooLarge = checkSize(planned.right.steps);
  return tooLarge === undefined
    ? right({ writeId: planned.right.writeId ?? idFrom(sources), plan: planned.right })
    : left(tooLarge);
};

/** The plan, or what making it throws: a run always ends with an answer, and throws nothing at its caller. */
const askPlan = <A>(plan: MakePlan<A>): Either<SluiceError, Plan<A>> => {
  try {
    return plan();
  } catch (cause) {
    return left(toSluiceError(cause));
  }
};

/** Sends one list in a round trip of its own; a list without steps needs none. */
const sendAlone = (target: WriteTarget, { plan: { steps }, writeId }: Run<unknown>, end: RunEnd): void => {
  if (steps.length === 0) {
    end(undefined, []);
    return;
  }
  target.write([steps], writeId).run(
    (answers) => {
      const answer = answers[0];
      if (answer === undefined) end(defect("a store answered a write without an answer for its list"), []);
      else if (isLeft(answer)) end(answer.left, []);
      else end(undefined, answer.right);
    },
    (cause) => end(toSluiceError(cause), []),
  );
};

/** What a join may fail with besides its parts. */
export type JoinError = WriteTooLarge | AlreadySettled;

/** The values of joined Writes, in their order. */
export type JoinedValues<W extends ReadonlyArray<Write<unknown>>> = {
  readonly [K in keyof W]: W[K] extends Write<infer A> ? A : never;
};

/**
 * Joins writes of one store into one that happens whole or not at all, with a typed tuple of their values.
 *
 * A message is settled once: parts that settle it by the same outcome share one step and its answer. If the message was settled
 * by that outcome before, this part has nothing left to do, and the other parts are written all the same. If another write is
 * settling it just now, the other parts wait until that has succeeded. So a second join that equals the first enqueues again. To
 * repeat a join, subscribe to the same Write again (one that settles runs once), or give its enqueues a `dedupe` id.
 *
 * Errors: those of its parts (then nothing is written); `AlreadySettled` where a part settles a message by another outcome than
 * another part or an earlier write; `WriteTooLarge` above 1,000 steps or 8 MiB; throws `InvalidConfig` where the parts change
 * different stores.
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { atomically, queue } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const store = memoryStore();
 * const orders = queue(store, { name: "orders", codec: t.string });
 * const shipments = queue(store, { name: "shipments", codec: t.string });
 * await orders.enqueue("o-1");
 * for (const m of await orders.receive({ max: 1 })) await atomically([m.ack, shipments.enqueue(m.data)]);
 * ```
 */
export const atomically = <const W extends ReadonlyArray<Write<unknown>>>(
  writes: W,
): Write<JoinedValues<W>, JoinError | ErrorsOf<W[number]>> => {
  const given: unknown = writes;
  if (!(Array.isArray(given) && given.every((write) => hasBrand(write, brand))))
    throw invalidConfig("writes", "atomically takes an array of writes, such as m.ack or queue.enqueue(data).");
  const [first] = writes;
  if (first === undefined) throw invalidConfig("writes", "atomically needs at least one write.");
  const { target } = first.options;
  if (writes.some((write) => write.options.target !== target))
    throw invalidConfig("writes", "atomically joins writes of one store only; these change different stores.");
  return new Write((planFor) => planAll<JoinedValues<W>>(writes, planFor), {
    target,
    settles: writes.some((write) => write.options.settles),
    send: writes.find((write) => write.options.send !== undefined)?.options.send,
  });
};

const planAll = <V>(
  writes: ReadonlyArray<Write<unknown>>,
  planFor: PlanFor | undefined,
): Either<SluiceError, Plan<V>> => {
  const plans: Array<Plan<unknown>> = [];
  for (const write of writes) {
    const planned = write.plan(planFor);
    if (isLeft(planned)) return planned;
    plans.push(planned.right);
  }
  return joinPlans(plans);
};

/**
 * Cuts a write that answers once for each of its steps, such as `enqueueAll`, into as few writes as fit, in order. Where it fits
 * as it is, or its plan is refused, it stays one. Its plan is made (which encodes its data) once, here.
 */
export const partsOf = <B>(write: Write<ReadonlyArray<B>>): ReadonlyArray<Write<ReadonlyArray<B>>> => {
  const planned = askPlan(write.plan);
  if (isLeft(planned)) return [new Write(() => planned, write.options)];
  const plan = planned.right;
  const groups = groupsThatFit(plan.steps);
  if (groups.length < 2) return [new Write(() => planned, write.options)];
  return groups.map((steps) => new Write(() => right({ ...plan, steps, writeId: undefined }), write.options));
};

/**
 * Why a write cannot run together with `stepsMore` further steps, as far as that is known before anything is sent; undefined
 * where nothing speaks against it. It changes nothing.
 */
export const refusalOf = (write: Write<unknown>, stepsMore: number): SluiceError | undefined => {
  const planned = askPlan(write.plan);
  return isLeft(planned) ? planned.left : checkSize(planned.right.steps, stepsMore);
};

/** The steps that a run of this write would have; none where its plan is refused. It changes nothing. */
export const stepsOf = (write: Write<unknown>): ReadonlyArray<Step> => {
  const planned = askPlan(write.plan);
  return isLeft(planned) ? [] : planned.right.steps;
};
