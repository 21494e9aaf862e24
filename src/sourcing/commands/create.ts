/** Takes an id for a new aggregate: by the events of its genesis, or by a record where there are none. */
import { isLeft } from "fp-ts/lib/Either.js";
import { andThen, orElse } from "../../core/andThen.js";
import { type Effect, fail, failingWith, succeed } from "../../core/Effect.js";
import { type AlreadyExists, alreadyExists, type SluiceError } from "../../core/SluiceError.js";
import type { Write } from "../../core/Write.js";
import type { CommandContext, CommandError } from "../Aggregate.js";
import { askEvolve, askGenesis } from "../asking.js";
import type { Category } from "../Category.js";
import { type Known, unborn } from "../Known.js";
import type { Slot } from "../pool/Place.js";
import type { Named } from "../Snapshotter.js";
import { firstAnswer } from "./firstAnswer.js";
import { type Context, contextOf } from "./Order.js";
import { storing } from "./storing.js";

/** What its command id stands for; no command of a user is the same. */
const CREATE = { "sluice/create": true };

export const create = <C, S, E, X>(
  category: Category<C, S, E, X>,
  id: string,
  given: CommandContext,
): Effect<void, CommandError | AlreadyExists> => {
  const unanswered: Array<Write<unknown>> = [];
  return failingWith<CommandError | AlreadyExists>()(
    category.pool.run(id, (slot) => {
      const named = category.named(id);
      const context = contextOf(named, CREATE, given);
      if (isLeft(context)) return fail(context.left);
      return new Creating(category, { named, context: context.right, slot, unanswered }).begin();
    }),
  );
};

interface CreatingParts<S> {
  readonly named: Named;
  readonly context: Context;
  readonly slot: Slot<Known<S>>;
  readonly unanswered: Array<Write<unknown>>;
}

class Creating<C, S, E, X> {
  constructor(
    private readonly category: Category<C, S, E, X>,
    private readonly parts: CreatingParts<S>,
  ) {}

  begin(): Effect<void> {
    const { unanswered } = this.parts;
    const write = unanswered.pop();
    return write === undefined ? this.birth() : this.send(write);
  }

  private birth(): Effect<void> {
    const { category } = this;
    const { named, context, slot } = this.parts;
    const { decider, genesis } = category.definition;
    const events = askGenesis(genesis, named.id);
    if (isLeft(events)) return fail(events.left);
    const before = unborn(decider.initial);
    const after = askEvolve(decider, before.state, events.right);
    if (isLeft(after)) return fail(after.left);
    const first = events.right.length > 0 ? [] : [category.births.insert(named.stream, true)];
    const decided = { _tag: "Events", before, events: events.right, after: after.right } as const;
    // The pool learns of it also where there is no event to learn of.
    return andThen(this.send(storing(category, { ...context, named, decided, first, along: [] })), () => {
      if (slot.value === undefined) slot.set({ ...before, state: after.right });
      return succeed(undefined);
    });
  }

  private send(write: Write<unknown>): Effect<void> {
    return orElse(
      andThen(write, () => succeed(undefined)),
      (error) => this.refused(error, write),
    );
  }

  private refused(error: SluiceError, write: Write<unknown>): Effect<void> {
    const { category } = this;
    const { named, context, slot, unanswered } = this.parts;
    if (error.retryable) unanswered.push(write);
    if (!this.isTaken(error)) return fail(error);
    return andThen(category.latest(slot, named), (known) =>
      andThen(
        firstAnswer(category, { named, naming: context.naming }, { slot, known }),
        (answer): Effect<void> =>
          answer === undefined ? fail(alreadyExists(category.definition.category, named.id)) : succeed(undefined),
      ),
    );
  }

  /** Whether there is something of this id: a command of this name, a record of birth, or a stream. */
  private isTaken(error: SluiceError): boolean {
    const { named, context } = this.parts;
    switch (error._tag) {
      case "VersionConflict":
      case "StreamClosed":
        return error.stream === named.stream;
      case "RecordConflict":
        return (
          (error.collection === this.category.births.definition.name && error.id === named.stream) ||
          (context.naming !== undefined && this.category.commandRecords.isDuplicate(error, context.naming))
        );
      default:
        return false;
    }
  }
}
