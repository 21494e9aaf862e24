/**
 * A Write is an Effect that changes a store. It is a value: joined with others by `atomically`, carried by messages as
 * their ack, retried with any rxjs operator.
 *
 * Life of a Write: each subscription is a *run*. A run plans its steps (which encodes data and makes ids), hands them to
 * the store, and reads the results. A failed run lends its plan and its write id to the next run, so `retry` never
 * doubles; a plan that no longer stands (its message was settled meanwhile) is made anew. A Write that settles a message
 * runs once: later and concurrent subscriptions share that run's answer.
 * Unsubscribing recalls nothing: what was handed to the store goes on.
 */
import { type Either, flatten, isLeft, left, right } from "fp-ts/lib/Either.js";
import { AsyncSubject, concat, ignoreElements, type Observable } from "rxjs";
import { Effect } from "./Effect.js";
import { newId } from "./newId.js";
import { checkSize, joinPlans, type MakePlan, type Plan } from "./Plan.js";
import { defect, invalidConfig, type SluiceError, toSluiceError } from "./SluiceError.js";
import type { Step, StepResult, WriteTarget } from "./Step.js";

/** How one list reaches the store once it is subscribed to: alone, or together with others of the same moment. */
export type SendList = (steps: ReadonlyArray<Step>, writeId: string) => Observable<ReadonlyArray<StepResult>>;

interface Run<A> {
  readonly writeId: string;
  readonly plan: Plan<A>;
}

export interface WriteOptions {
  /** The store that it changes. */
  readonly target: WriteTarget;
  /** Whether it settles a message and so runs once. */
  readonly settles: boolean;
  /** A batching way to the store, where there is one. */
  readonly send?: SendList | undefined;
}

/** An Effect that changes one store; `atomically` joins several into one all-or-nothing write. */
export class Write<out A> extends Effect<A> {
  readonly plan: MakePlan<A>;
  readonly options: WriteOptions;

  constructor(plan: MakePlan<A>, options: WriteOptions) {
    const runs = new Runs(plan, options);
    super((subscriber) => runs.start().subscribe(subscriber));
    this.plan = plan;
    this.options = options;
  }
}

/** The memory between runs of one Write: lent runs (several, where concurrent ones failed), and the shared one of a Write that settles. */
class Runs<A> {
  private lent: Array<Run<A>> | undefined;
  private shared: AsyncSubject<A> | undefined;

  constructor(
    private readonly plan: MakePlan<A>,
    private readonly options: WriteOptions,
  ) {}

  start(): Observable<A> {
    if (this.shared !== undefined) return this.shared;
    const answer = new AsyncSubject<A>();
    if (this.options.settles) this.shared = answer;
    this.run(answer);
    return answer;
  }

  private run(answer: AsyncSubject<A>): void {
    const fail = (error: SluiceError): void => {
      this.shared = undefined;
      answer.error(error);
    };
    const lent = this.lent?.pop();
    const planned = lent === undefined || lent.plan.stands?.() === false ? planRun(this.plan) : right(lent);
    if (isLeft(planned)) {
      fail(planned.left);
      return;
    }
    const { plan, writeId } = planned.right;
    plan.onStart?.();
    const send = this.options.send ?? sendAlone(this.options.target);
    const sent = send(plan.steps, writeId);
    let results: ReadonlyArray<StepResult> = [];
    (plan.after === undefined ? sent : concat(plan.after.pipe(ignoreElements()), sent)).subscribe({
      next: (value) => {
        results = value;
      },
      error: (cause: unknown) => {
        const error = toSluiceError(cause);
        if (error.retryable) {
          this.lent ??= [];
          this.lent.push(planned.right);
        }
        plan.onEnd?.(error, []);
        fail(error);
      },
      complete: () => {
        plan.onEnd?.(undefined, results);
        const value = tryRight(() => plan.read(results));
        if (isLeft(value)) {
          fail(value.left);
          return;
        }
        answer.next(value.right);
        answer.complete();
      },
    });
  }
}

const planRun = <A>(plan: MakePlan<A>): Either<SluiceError, Run<A>> => {
  const planned = flatten(tryRight(plan));
  if (isLeft(planned)) return planned;
  const tooLarge = checkSize(planned.right.steps);
  return tooLarge === undefined ? right({ writeId: newId(), plan: planned.right }) : left(tooLarge);
};

/** What it answers, or what it throws: a run always ends, and never in somebody else's stack. */
const tryRight = <B>(ask: () => B): Either<SluiceError, B> => {
  try {
    return right(ask());
  } catch (cause) {
    return left(toSluiceError(cause));
  }
};

/** Sends one list in a round trip of its own; a list without steps needs none. */
export const sendAlone =
  (target: WriteTarget): SendList =>
  (steps, writeId) =>
    new Effect((subscriber) => {
      if (steps.length === 0) {
        subscriber.next([]);
        subscriber.complete();
        return;
      }
      target.write([steps], writeId).subscribe({
        next: ([answer]) => {
          if (answer === undefined) {
            subscriber.error(defect("a store answered a write without an answer for its list"));
            return;
          }
          if (isLeft(answer)) {
            subscriber.error(answer.left);
            return;
          }
          subscriber.next(answer.right);
          subscriber.complete();
        },
        error: (error: unknown) => subscriber.error(error),
      });
    });

type Values<W extends ReadonlyArray<Write<unknown>>> = {
  readonly [K in keyof W]: W[K] extends Write<infer A> ? A : never;
};

/**
 * Joins writes of one store into one that happens whole or not at all, with a typed tuple of their values.
 *
 * A message is settled once: parts that settle it alike share one step and its answer. Where it has been settled so before,
 * that part has nothing left to do, and the others are written all the same, since they were asked for (where it is being
 * settled by another write, they wait until that has succeeded). So a second join that equals the first enqueues again: to
 * repeat a join, subscribe to the same Write again (one that settles runs once), or give its enqueues a `dedupeId`.
 *
 * Errors: those of its parts (none happens then); `AlreadySettled` where a part settles a message otherwise than another
 * part or an earlier write; `WriteTooLarge` above 1,000 steps or 8 MiB; throws `InvalidConfig` where the parts change
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
export const atomically = <const W extends ReadonlyArray<Write<unknown>>>(writes: W): Write<Values<W>> => {
  const [first] = writes;
  if (first === undefined) throw invalidConfig("writes", "atomically needs at least one write.");
  const { target } = first.options;
  if (writes.some((write) => write.options.target !== target))
    throw invalidConfig("writes", "atomically joins writes of one store only; these change different stores.");
  return new Write(() => planAll<Values<W>>(writes), {
    target,
    settles: writes.some((write) => write.options.settles),
    send: writes.find((write) => write.options.send !== undefined)?.options.send,
  });
};

const planAll = <V>(writes: ReadonlyArray<Write<unknown>>): Either<SluiceError, Plan<V>> => {
  const plans: Array<Plan<unknown>> = [];
  for (const write of writes) {
    const planned = write.plan();
    if (isLeft(planned)) return planned;
    plans.push(planned.right);
  }
  return joinPlans(plans);
};

/**
 * Why a write cannot run together with so many more steps, as far as that is known before anything is sent; undefined where
 * nothing speaks against it. Nothing happens.
 */
export const refusalOf = ({ plan }: Write<unknown>, stepsMore: number): SluiceError | undefined => {
  const planned = flatten(tryRight(plan));
  return isLeft(planned) ? planned.left : checkSize(planned.right.steps, stepsMore);
};
