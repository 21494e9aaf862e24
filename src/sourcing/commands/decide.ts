/** Decides a command, and leaves it to somebody else to store what was decided. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { andThen } from "../../core/andThen.js";
import { type Effect, fail, failingWith, succeed } from "../../core/Effect.js";
import type { CommandIdReused, SluiceError } from "../../core/SluiceError.js";
import { Write } from "../../core/Write.js";
import type { CommandError, Decided, LoadError } from "../Aggregate.js";
import type { Category } from "../Category.js";
import { type Known, unborn } from "../Known.js";
import type { Slot } from "../pool/Place.js";
import { decideOn, type Verdict } from "./decideOn.js";
import { firstAnswer } from "./firstAnswer.js";
import type { Order } from "./Order.js";
import { storing } from "./storing.js";

type Planned<S, E, X> = Either<X, Write<Decided<S, E>, CommandError>>;

export const decide = <C, S, E, X>(
  category: Category<C, S, E, X>,
  id: string,
  order: () => Either<SluiceError, Order<C, S, E>>,
): Effect<Planned<S, E, X>, LoadError | CommandIdReused> =>
  failingWith<LoadError | CommandIdReused>()(
    category.pool.run(id, (slot) => {
      const checked = order();
      if (isLeft(checked)) return fail(checked.left);
      return andThen(verdictOf(category, checked.right, slot), (verdict) =>
        succeed(plannedOf(category, checked.right, verdict)),
      );
    }),
  );

/** Whether it was done before is asked first: else that would be told by the write alone, and to decide again would change nothing. */
const verdictOf = <C, S, E, X>(
  category: Category<C, S, E, X>,
  order: Order<C, S, E>,
  slot: Slot<Known<S>>,
): Effect<Verdict<S, E, X>> => {
  if (order.naming === undefined) return decideOn(category, order, slot);
  // What the pool knows may be out of date: where the command was done before, the latest state is read.
  const known = unborn(category.definition.decider.initial);
  return andThen(firstAnswer(category, order, { slot, known }), (first) =>
    first === undefined ? decideOn(category, order, slot) : succeed({ _tag: "Done" as const, decided: first }),
  );
};

const plannedOf = <C, S, E, X>(
  category: Category<C, S, E, X>,
  { named, meta, naming }: Order<C, S, E>,
  verdict: Verdict<S, E, X>,
): Planned<S, E, X> => {
  switch (verdict._tag) {
    case "Rejected":
      return left(verdict.rejection);
    case "Done":
      return right(nothing(category, verdict.decided));
    case "Events":
      return right(
        storing(category, {
          named,
          meta,
          naming,
          decided: verdict,
          along: [],
          // Whoever decides again must not do so on the same state.
          onFailed: () => category.pool.peek(named.id)?.doubt(),
        }),
      );
  }
};

/** A Write without steps, that has its value already. */
const nothing = <C, S, E, X>(
  { store }: Category<C, S, E, X>,
  decided: Decided<S, E>,
): Write<Decided<S, E>, CommandError> =>
  new Write<Decided<S, E>, CommandError>(() => right({ steps: [], read: () => decided }), {
    target: store,
    settles: false,
  });
