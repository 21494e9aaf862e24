/** The maker of policies. */
import { type Either, isLeft, isRight, left, right } from "fp-ts/lib/Either.js";
import { andThen, suspend } from "../../core/andThen.js";
import { describeMessage } from "../../core/cause.js";
import { type Effect, fail, failingWith, mapEffect, succeed } from "../../core/Effect.js";
import { iterate } from "../../core/iterate.js";
import { callable, optionsOf, shown, wholeNumber } from "../../core/options.js";
import { invalidConfig, type PolicyThrew, policyThrew, tooManyHops } from "../../core/SluiceError.js";
import type { Recorded } from "../../log/recorded.js";
import type { Causing } from "./causedBy.js";
import type { Policy, PolicyError, PolicyOptions, Reacted, RejectedSend, RejectionOf, Send } from "./Policy.js";

const HOPS_MAX = 100;

/**
 * A policy: what is to be done whenever something has happened, as commands that are data. It is a function of an event and a `Causing`,
 * so a broker takes it as a handler; with `causedBy` it serves whatever brings events today.
 *
 * The commands are sent in order, each when the one before it is done. They are no single write: after a crash or a failure the first ones
 * are done, and the event has to come again. Then those are not done twice, since their command ids are the same, by their places. So
 * `react` is to answer the same for an event each time. Where a changed program answers others for one that is half done, that is told as
 * `CommandIdReused`.
 *
 * Throws `InvalidConfig` for options out of their limits.
 *
 * @param react the commands for an event; pure, none where there is nothing to do. What it throws is `PolicyThrew`
 * @param options what a refused command is, and how many reactions may follow each other
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { right } from "fp-ts/lib/Either.js";
 * import * as t from "io-ts";
 * import { eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 * import { aggregate, causedBy, policy, send } from "sluice/sourcing";
 * import { testRecorded } from "sluice/testing";
 *
 * const meters = aggregate(memoryStore(), {
 *   category: "meter",
 *   codec: eventType("Read", t.type({ kwh: t.number })),
 *   decider: { initial: 0, decide: (kwh: number) => () => right([{ kwh }]), evolve: (sum, { kwh }) => sum + kwh },
 * });
 * const count = policy<{ type: "Used"; kwh: number }>(({ event }) => [send(meters, "all", event.kwh)]);
 * const used = testRecorded({ type: "Used" as const, kwh: 3 });
 * // However often the event comes, the meter counts it once.
 * for (const _time of [1, 2]) assert.deepEqual(await count(used, causedBy("count", used)), right({ done: 1, rejected: [] }));
 * assert.equal((await meters.state("all")).state, 3);
 * ```
 */
export const policy = <E, T extends Send = Send>(
  react: (recorded: Recorded<E>) => ReadonlyArray<T>,
  options: PolicyOptions = {},
): Policy<E, RejectionOf<T>> => {
  type X = RejectionOf<T>;
  callable("react", react);
  const { rejected = "fail", hopsMax = HOPS_MAX } = optionsOf(options, ["rejected", "hopsMax"]);
  if (rejected !== "fail" && rejected !== "pass")
    throw invalidConfig("rejected", `rejected must be "fail" or "pass", not ${shown(rejected)}.`);
  wholeNumber("hopsMax", hopsMax, { min: 0, max: Number.MAX_SAFE_INTEGER });
  // What a Send may be refused with is what its type says.
  const sendsOf = react as unknown as Policy<E, X>["react"];
  const perform = (recorded: Recorded<E>, context: Causing): Effect<Either<RejectedSend<X>, Reacted<X>>, PolicyError> =>
    failingWith<PolicyError>()(
      suspend(() => {
        checkContext(context);
        const sends = ask(sendsOf, recorded);
        if (isLeft(sends)) return fail(sends.left);
        const { hops = 0 } = recorded.meta;
        return hops > hopsMax && sends.right.length > 0
          ? fail(tooManyHops(recorded.id, hops, hopsMax))
          : sendAll(sends.right, { context, passes: rejected === "pass" });
      }),
    );
  // It has no name of its own: a broker would else give all policies the same one.
  return Object.assign(Object.defineProperty(perform, "name", { value: "" }), { react: sendsOf });
};

/** A user without types may hand over anything, such as nothing. */
const checkContext = (context: Partial<Causing> | undefined): void => {
  if (typeof context?.caused !== "function")
    throw invalidConfig(
      "context",
      "A policy needs to know what reacts on which event: give it causedBy(name, recorded).",
    );
};

const ask = <E, X>(
  react: Policy<E, X>["react"],
  recorded: Recorded<E>,
): Either<PolicyThrew, ReadonlyArray<Send<X>>> => {
  try {
    const sends: unknown = react(recorded);
    if (!Array.isArray(sends)) throw new TypeError("it must answer an array of sends");
    return right([...(sends as ReadonlyArray<Send<X>>)]);
  } catch (cause) {
    return left(policyThrew(cause));
  }
};

interface Way {
  readonly context: Causing;
  /** Whether what is refused does not end it. */
  readonly passes: boolean;
}

/** How far it has come. */
interface Sent {
  /** The place of the next command. */
  readonly place: number;
  readonly done: number;
}

/** A loop, since any number of commands may be answered at once. */
const sendAll = <X>(
  sends: ReadonlyArray<Send<X>>,
  { context, passes }: Way,
): Effect<Either<RejectedSend<X>, Reacted<X>>> => {
  const rejected: Array<RejectedSend<X>> = [];
  const goOn = iterate<Sent, PolicyError>(
    () => ({ place: 0, done: 0 }),
    ({ place, done }) => {
      const next = sends[place];
      if (next === undefined || (!passes && rejected.length > 0)) return undefined;
      // Whoever made the context, or the command, may throw in it.
      const run = suspend(() => next.run(context.caused(`send ${place}`)));
      return andThen(run, (answer) => {
        if (isRight(answer)) return succeed({ place: place + 1, done: done + 1 });
        rejected.push(rejectedSend(next, answer.left, { place, count: sends.length }));
        return succeed({ place: place + 1, done });
      });
    },
  );
  return mapEffect(goOn, ({ done }) => {
    const [first] = rejected;
    return first === undefined || passes ? right({ done, rejected }) : left(first);
  });
};

interface Placed {
  readonly place: number;
  readonly count: number;
}

const rejectedSend = <X>({ category, id }: Send<X>, rejection: X, { place, count }: Placed): RejectedSend<X> => ({
  _tag: "Rejected",
  rejection,
  category,
  id,
  place,
  message: `${JSON.stringify(category)} ${JSON.stringify(id)} refused command ${place + 1} of ${count}: ${describeMessage(rejection)}`,
});
