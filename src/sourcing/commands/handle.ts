/**
 * Runs a command: decides, stores, and begins again where another was faster. What a failed write has done need not be known here: if the
 * pool's state is out of date by it, the next command conflicts, and reads what came.
 */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { andThen, foldEffect } from "../../core/andThen.js";
import { ask } from "../../core/ask.js";
import { type Effect, fail, failingWith, succeed } from "../../core/Effect.js";
import type { SluiceError } from "../../core/SluiceError.js";
import type { Write } from "../../core/Write.js";
import type { CommandError, Decided } from "../Aggregate.js";
import { type Category, versioned } from "../Category.js";
import type { Known } from "../Known.js";
import type { Slot } from "../pool/Place.js";
import { decideOnLatest, decideOnPooled, type Verdict } from "./decideOn.js";
import { firstAnswer } from "./firstAnswer.js";
import type { Events } from "./judge.js";
import type { Order } from "./Order.js";
import { standBack } from "./standBack.js";
import { storing } from "./storing.js";

type Followed = ReadonlyArray<Write<unknown>>;
type Answer<S, E, X> = Either<X, Decided<S, E>>;

/** `order` is made at each run, so that what is wrong with it is the answer of the run. */
export const handle = <C, S, E, X>(
  category: Category<C, S, E, X>,
  id: string,
  order: () => Either<SluiceError, Order<C, S, E>>,
): Effect<Answer<S, E, X>, CommandError> => {
  /** Writes that were not answered: the next run sends them again first, since they may have been done. */
  const unanswered: Array<Write<Decided<S, E>>> = [];
  return failingWith<CommandError>()(
    category.pool.run(id, (slot) => {
      const checked = order();
      return isLeft(checked)
        ? fail(checked.left)
        : new Handling(category, { order: checked.right, slot, unanswered }).begin();
    }),
  );
};

interface HandlingParts<C, S, E> {
  readonly order: Order<C, S, E>;
  readonly slot: Slot<Known<S>>;
  readonly unanswered: Array<Write<Decided<S, E>>>;
}

/** One run of a command, while nothing else is done with its aggregate in this process. */
class Handling<C, S, E, X> {
  private attempt = 1;

  constructor(
    private readonly category: Category<C, S, E, X>,
    private readonly parts: HandlingParts<C, S, E>,
  ) {}

  begin(): Effect<Answer<S, E, X>> {
    const { order, slot, unanswered } = this.parts;
    const write = unanswered.pop();
    if (write !== undefined) return this.send(write);
    const decided = decideOnPooled(this.category, order, slot);
    return decided === undefined ? this.decideOnLatest() : this.conclude(decided);
  }

  private again(): Effect<Answer<S, E, X>> {
    this.attempt += 1;
    return this.decideOnLatest();
  }

  private decideOnLatest(): Effect<Answer<S, E, X>> {
    const { order, slot } = this.parts;
    return andThen(decideOnLatest(this.category, order, slot), (verdict) => this.conclude(verdict));
  }

  private conclude(verdict: Verdict<S, E, X>): Effect<Answer<S, E, X>> {
    switch (verdict._tag) {
      case "Rejected":
        return succeed(left(verdict.rejection));
      case "Done":
        return succeed(right(verdict.decided));
      case "Events": {
        const write = this.writeOf(verdict);
        return isLeft(write) ? fail(write.left) : this.send(write.right);
      }
    }
  }

  private writeOf(decided: Events<S, E>): Either<SluiceError, Write<Decided<S, E>>> {
    const { named, meta, naming, followUp } = this.parts.order;
    if (followUp === undefined) return right(storing(this.category, { named, meta, naming, decided, along: [] }));
    const { after, before, events } = decided;
    const decision = { ...versioned(named.id, { state: after, version: before.version + events.length }), events };
    // A user without types may answer nothing.
    const along = ask("followUp", () => [...((followUp(decision) as Followed | undefined) ?? [])]);
    return isLeft(along) ? along : right(storing(this.category, { named, meta, naming, decided, along: along.right }));
  }

  private send(write: Write<Decided<S, E>>): Effect<Answer<S, E, X>> {
    return foldEffect<Decided<S, E>, Answer<S, E, X>>(write, right, (error) => this.refused(error, write));
  }

  private refused(error: SluiceError, write: Write<Decided<S, E>>): Effect<Answer<S, E, X>> {
    const { order, unanswered } = this.parts;
    const { named, naming } = order;
    if (naming !== undefined && this.category.commandRecords.isDuplicate(error, naming)) return this.doneBefore(error);
    if (error._tag === "VersionConflict" && error.stream === named.stream) return this.conflict(error);
    if (error.retryable) unanswered.push(write);
    return fail(error);
  }

  /** The record of the command was there. If it is gone meanwhile, its time was over, and the command is a new one. */
  private doneBefore(error: SluiceError): Effect<Answer<S, E, X>> {
    const { order, slot } = this.parts;
    return andThen(this.category.latest(slot, order.named), (known) =>
      andThen(firstAnswer(this.category, order, { slot, known }), (first): Effect<Answer<S, E, X>> => {
        if (first !== undefined) return succeed(right(first));
        return this.attempt < order.attemptsMax ? this.again() : fail(error);
      }),
    );
  }

  private conflict(error: SluiceError & { readonly actual: number }): Effect<Answer<S, E, X>> {
    const { category } = this;
    const { order, slot } = this.parts;
    category.entries.tell("Conflict", { id: slot.id, version: error.actual }, error);
    if (isPinned(order) || this.attempt >= order.attemptsMax) return this.givenUp(error);
    return andThen(standBack(category.store, this.attempt), () => this.again());
  }

  /**
   * A conflict at the version that the pool knows, or before it, says that the log went back. Then the latest state is read before that is
   * told: else whoever sends the command again would meet the same conflict for as long as the pool has what is lost.
   */
  private givenUp(error: SluiceError & { readonly actual: number }): Effect<Answer<S, E, X>> {
    const { order, slot } = this.parts;
    if (error.actual > (slot.value?.version ?? -1)) return fail(error);
    return andThen(this.category.latest(slot, order.named), () => fail(error));
  }
}

/** Whether the caller said at which version it is to be decided. "present" says so of none. */
const isPinned = ({ expected }: Pick<Order<unknown, unknown, unknown>, "expected">): boolean =>
  expected !== undefined && expected._tag !== "Present";
