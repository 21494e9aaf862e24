/**
 * What one run of a Write will do. The plan is made before anything is sent, so a refusal (by the codec, or since another outcome
 * came first) is known before anything has happened. Several plans join into one; there two settlements of one message meet.
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { merge, type Observable } from "rxjs";
import { utf8Length } from "./bytes.js";
import { type SluiceError, type WriteTooLarge, writeTooLarge } from "./SluiceError.js";
import { kindOf, type Step, type StepResult, WRITE_BYTES_MAX, WRITE_COUNT_MAX } from "./steps/Step.js";

/** What one run will do, and how its results are read. */
export interface Plan<out A> {
  readonly steps: ReadonlyArray<Step>;
  readonly read: (results: ReadonlyArray<StepResult>) => A;
  /** The id of the run, where its steps contain an id that was made for this plan alone. */
  readonly writeId?: string | undefined;
  /** Completes when the steps may be sent; its error is the answer of the run, and nothing is sent. */
  readonly after?: Observable<unknown> | undefined;
  /** Called when the steps are handed over, and `onEnd` with how that ended. Deliveries keep their state by these two. */
  readonly onStart?: (() => void) | undefined;
  readonly onEnd?: ((error: SluiceError | undefined, results: ReadonlyArray<StepResult>) => void) | undefined;
  /**
   * Called in place of `onStart` and `onEnd` where the steps were done within the user's own commit, which may still be rolled back. So what a plan remembers of its run it remembers in these two, never in `read`.
   */
  readonly onWithin?: ((results: ReadonlyArray<StepResult>) => void) | undefined;
  /**
   * Asked where the store refused the steps: what makes a new plan possible, as an Observable that completes then; its error is the
   * answer of the run. Undefined where this refusal is the answer.
   */
  readonly mend?: ((error: SluiceError) => Observable<unknown> | undefined) | undefined;
  /** Whether the plan may be sent again as it was, after a run without an answer; if not, a new one is made. Default: always. */
  readonly stands?: (() => boolean) | undefined;
}

/** What a run is a part of: nothing but its store, or a commit of the user's own. */
export type PlanFor = "store" | "within";

/** Makes the plan of a run, or refuses. It changes nothing, so it may be called in advance. */
export type MakePlan<A> = (planFor?: PlanFor) => Either<SluiceError, Plan<A>>;

/**
 * Makes one plan of several; its value is the tuple of their values. Where several make the same change (settle one message by
 * one outcome), one step makes it, and each of them reads its result. Where their changes contradict each other, the kind of
 * the step refuses the join.
 */
export const joinPlans = <V>(plans: ReadonlyArray<Plan<unknown>>): Either<SluiceError, Plan<V>> => {
  const joined = joinSteps(plans.map(({ steps }) => steps));
  if (isLeft(joined)) return joined;
  const { steps, places } = joined.right;
  const each = <B>(
    results: ReadonlyArray<StepResult>,
    use: (plan: Plan<unknown>, own: ReadonlyArray<StepResult>) => B,
  ): ReadonlyArray<B> => plans.map((plan, i) => use(plan, pick(results, places[i] ?? [])));
  const afters = plans.flatMap(({ after }) => (after === undefined ? [] : [after]));
  return right({
    steps,
    read: (results) => each(results, (plan, own) => plan.read(own)) as V,
    after: afters.length === 0 ? undefined : merge(...afters),
    onStart: () => {
      for (const plan of plans) plan.onStart?.();
    },
    onEnd: (error, results) => {
      each(results, (plan, own) => plan.onEnd?.(error, own));
    },
    onWithin: (results) => {
      each(results, (plan, own) => plan.onWithin?.(own));
    },
    mend: (error) => {
      for (const plan of plans) {
        const mending = plan.mend?.(error);
        if (mending !== undefined) return mending;
      }
      return undefined;
    },
    stands: () => plans.every((plan) => plan.stands?.() ?? true),
  });
};

/** `WriteTooLarge` where these steps, and `more` steps without a payload, do not fit into one atomic write. */
export const checkSize = (steps: ReadonlyArray<Step>, more = 0): WriteTooLarge | undefined => {
  let count = more;
  let bytes = 0;
  for (const step of steps) {
    const { count: countOf, size } = kindOf(step);
    count += countOf(step);
    bytes += size(step, lengthOf);
  }
  // A text of n UTF-16 units has n to 3n UTF-8 bytes, so most writes need no exact count.
  if (bytes * 3 > WRITE_BYTES_MAX) {
    bytes = 0;
    for (const step of steps) bytes += bytesOf(step);
  }
  return count > WRITE_COUNT_MAX || bytes > WRITE_BYTES_MAX
    ? writeTooLarge({ count, countMax: WRITE_COUNT_MAX, bytes, bytesMax: WRITE_BYTES_MAX })
    : undefined;
};

/** The steps in their order, cut into as few groups as fit into one atomic write each. A step that is too large stands alone. */
export const groupsThatFit = (steps: ReadonlyArray<Step>): ReadonlyArray<ReadonlyArray<Step>> => {
  if (checkSize(steps) === undefined) return [steps];
  const groups: Array<ReadonlyArray<Step>> = [];
  let group: Array<Step> = [];
  let count = 0;
  let bytes = 0;
  for (const step of steps) {
    const own = { count: kindOf(step).count(step), bytes: bytesOf(step) };
    if (group.length > 0 && (count + own.count > WRITE_COUNT_MAX || bytes + own.bytes > WRITE_BYTES_MAX)) {
      groups.push(group);
      group = [];
      count = 0;
      bytes = 0;
    }
    group.push(step);
    count += own.count;
    bytes += own.bytes;
  }
  groups.push(group);
  return groups;
};

const lengthOf = (text: string): number => text.length;
const bytesOf = (step: Step): number => kindOf(step).size(step, utf8Length);

interface JoinedSteps {
  readonly steps: ReadonlyArray<Step>;
  /** For each of the joined lists, where its steps stand in the one list. */
  readonly places: ReadonlyArray<ReadonlyArray<number>>;
}

const joinSteps = (lists: ReadonlyArray<ReadonlyArray<Step>>): Either<SluiceError, JoinedSteps> => {
  const steps: Array<Step> = [];
  const changed = new Map<string, number>();
  const places: Array<ReadonlyArray<number>> = [];
  for (const list of lists) {
    const own: Array<number> = [];
    for (const step of list) {
      const { changes, meets } = kindOf(step);
      const what = changes(step);
      const place = what === undefined ? undefined : changed.get(what);
      const first = place === undefined ? undefined : steps[place];
      const refused = first && meets(first, step);
      if (refused !== undefined) return left(refused);
      own.push(place ?? steps.length);
      if (place !== undefined) continue;
      if (what !== undefined) changed.set(what, steps.length);
      steps.push(step);
    }
    places.push(own);
  }
  return right({ steps, places });
};

/** The results at these places; none where the write failed. */
const pick = (results: ReadonlyArray<StepResult>, places: ReadonlyArray<number>): ReadonlyArray<StepResult> =>
  places.flatMap((place) => results[place] ?? []);
