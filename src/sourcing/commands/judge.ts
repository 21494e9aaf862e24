/** Decides a command upon a state, in full: with what stands before it, and the state behind it. Nothing is read or stored. */
import { isLeft } from "fp-ts/lib/Either.js";
import type { SluiceError } from "../../core/SluiceError.js";
import { streamRefusal } from "../../core/steps/Append.js";
import type { ResolvedAggregate } from "../AggregateDefinition.js";
import { askDecide, askEvolve, askGenesis } from "../asking.js";
import type { Known } from "../Known.js";
import type { Order } from "./Order.js";

/** Events that are to be stored behind this state. */
export interface Events<S, E> {
  readonly _tag: "Events";
  readonly before: Known<S>;
  readonly events: ReadonlyArray<E>;
  readonly after: S;
}

export type Judgement<S, E, X> =
  | Events<S, E>
  | { readonly _tag: "Nothing"; readonly known: Known<S> }
  | { readonly _tag: "Rejected"; readonly rejection: X }
  | { readonly _tag: "Failed"; readonly error: SluiceError };

type Domain<C, S, E, X> = Pick<ResolvedAggregate<C, S, E, X>, "decider" | "genesis">;

export const judge = <C, S, E, X>(
  { decider, genesis }: Domain<C, S, E, X>,
  { named, command, expected }: Order<C, S, E>,
  known: Known<S>,
): Judgement<S, E, X> => {
  const conflict =
    expected && streamRefusal({ _tag: "Append", stream: named.stream, expected, events: [], closes: false }, known);
  if (conflict !== undefined) return { _tag: "Failed", error: conflict };
  const birth = askGenesis(known.version === 0 ? genesis : undefined, named.id);
  if (isLeft(birth)) return { _tag: "Failed", error: birth.left };
  const born = askEvolve(decider, known.state, birth.right);
  if (isLeft(born)) return { _tag: "Failed", error: born.left };
  const decided = askDecide(decider, command, born.right);
  if (isLeft(decided)) return { _tag: "Failed", error: decided.left };
  if (decided.right._tag === "Rejected") return decided.right;
  const { events } = decided.right;
  if (events.length === 0) return { _tag: "Nothing", known };
  const after = askEvolve(decider, born.right, events);
  if (isLeft(after)) return { _tag: "Failed", error: after.left };
  return {
    _tag: "Events",
    before: known,
    events: birth.right.length === 0 ? events : [...birth.right, ...events],
    after: after.right,
  };
};
