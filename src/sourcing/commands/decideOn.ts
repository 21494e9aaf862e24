/**
 * What is to be done for a command: decided upon the state of the pool where that says yes, and upon the latest one before it says
 * anything else. The pool's state may be behind what other processes have stored: then its events conflict, which the store tells; but
 * nobody would tell a refusal that is out of date.
 */
import { andThen } from "../../core/andThen.js";
import { type Effect, fail, succeed } from "../../core/Effect.js";
import type { Decided } from "../Aggregate.js";
import { type Category, versioned } from "../Category.js";
import type { Known } from "../Known.js";
import type { Slot } from "../pool/Place.js";
import { type Found, firstAnswer } from "./firstAnswer.js";
import { type Events, type Judgement, judge } from "./judge.js";
import type { Order } from "./Order.js";

export type Verdict<S, E, X> =
  | Events<S, E>
  | { readonly _tag: "Rejected"; readonly rejection: X }
  /** Nothing is to be stored: there is nothing to do, or it was done before. */
  | { readonly _tag: "Done"; readonly decided: Decided<S, E> };

/** Upon what the pool knows, or upon the latest state. */
export const decideOn = <C, S, E, X>(
  category: Category<C, S, E, X>,
  order: Order<C, S, E>,
  slot: Slot<Known<S>>,
): Effect<Verdict<S, E, X>> => {
  const decided = decideOnPooled(category, order, slot);
  return decided === undefined ? decideOnLatest(category, order, slot) : succeed(decided);
};

/** The events that are decided upon what the pool knows; undefined where it says anything else, which may be out of date. */
export const decideOnPooled = <C, S, E, X>(
  { definition, entries }: Category<C, S, E, X>,
  order: Order<C, S, E>,
  slot: Slot<Known<S>>,
): Events<S, E> | undefined => {
  const { value } = slot;
  if (value === undefined) return undefined;
  const judged = judge(definition, order, value);
  if (judged._tag === "Events") {
    entries.tell("Hit", { id: slot.id, version: value.version });
    return judged;
  }
  if (threw(judged)) slot.doubt();
  return undefined;
};

export const decideOnLatest = <C, S, E, X>(
  category: Category<C, S, E, X>,
  order: Order<C, S, E>,
  slot: Slot<Known<S>>,
): Effect<Verdict<S, E, X>> =>
  andThen(category.latest(slot, order.named), (known): Effect<Verdict<S, E, X>> => {
    const judged = judge(category.definition, order, known);
    if (judged._tag === "Events") return succeed(judged);
    const otherwise = (): Effect<Verdict<S, E, X>> => conclude(category, { slot, known }, judged);
    return andThen(firstAnswer(category, order, { slot, known }), (first) =>
      first === undefined ? otherwise() : succeed<Verdict<S, E, X>>({ _tag: "Done", decided: first }),
    );
  });

/** A decider that throws may have changed the state that it was given: then that is no baseline any more. */
const threw = (judged: Judgement<unknown, unknown, unknown>): boolean =>
  judged._tag === "Failed" && judged.error._tag === "DeciderThrew";

/** What was decided on the latest state, and stores nothing. */
const conclude = <C, S, E, X>(
  { entries }: Category<C, S, E, X>,
  { slot, known }: Found<S>,
  judged: Exclude<Judgement<S, E, X>, Events<S, E>>,
): Effect<Verdict<S, E, X>> => {
  const about = { id: slot.id, version: known.version };
  switch (judged._tag) {
    case "Rejected":
      entries.tell("Refused", about);
      return succeed(judged);
    case "Nothing":
      return succeed({ _tag: "Done", decided: nothingDone(slot.id, known) });
    case "Failed":
      if (threw(judged)) slot.doubt();
      if (judged.error._tag === "DeciderThrew") entries.tell("DeciderThrew", about, judged.error.cause);
      return fail(judged.error);
  }
};

const nothingDone = <S, E>(id: string, known: Known<S>): Decided<S, E> => ({
  ...versioned(id, known),
  events: [],
  position: undefined,
  duplicate: false,
});
