/** Calls the functions of a decider. What they throw, or answer against their types, is `DeciderThrew`. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { isThenable } from "../core/isThenable.js";
import { type DeciderThrew, deciderThrew } from "../core/SluiceError.js";
import type { Decider } from "./Decider.js";

/** What a decider answered. */
export type Answer<X, E> =
  | { readonly _tag: "Rejected"; readonly rejection: X }
  | { readonly _tag: "Events"; readonly events: ReadonlyArray<E> };

export const askDecide = <C, S, E, X>(
  decider: Decider<C, S, E, X>,
  command: C,
  state: S,
): Either<DeciderThrew, Answer<X, E>> => {
  try {
    // A user without types may answer anything.
    const answer = decider.decide(command)(state) as Partial<ReturnType<ReturnType<typeof decider.decide>>> | undefined;
    if (answer?._tag === "Left" && "left" in answer) return right({ _tag: "Rejected", rejection: answer.left });
    if (answer?._tag === "Right" && "right" in answer && Array.isArray(answer.right))
      return right({ _tag: "Events", events: [...(answer.right as ReadonlyArray<E>)] });
    refusePromise("decide", answer);
    throw new TypeError("decide must answer an Either: right of an array of events, or left of why it refuses");
  } catch (cause) {
    return left(deciderThrew(cause));
  }
};

/** A promise is no answer of a pure function. What it fails with is nobody's then, and must not end the process. */
const refusePromise = (name: string, answer: unknown): void => {
  if (!isThenable(answer)) return;
  Promise.resolve(answer).catch(() => undefined);
  throw new TypeError(
    `${name} answered a promise: it must answer at once. Read what it needs first, and give that with the command`,
  );
};

/** The state after these events. */
export const askEvolve = <S, E>(
  { evolve }: Pick<Decider<never, S, E>, "evolve">,
  state: S,
  events: ReadonlyArray<E>,
): Either<DeciderThrew, S> => {
  try {
    let after = state;
    for (const event of events) after = evolve(after, event);
    refusePromise("evolve", after);
    return right(after);
  } catch (cause) {
    return left(deciderThrew(cause));
  }
};

/** The events by which an aggregate of this id is born; none where there is no such function. */
export const askGenesis = <E>(
  genesis: ((id: string) => ReadonlyArray<E>) | undefined,
  id: string,
): Either<DeciderThrew, ReadonlyArray<E>> => {
  if (genesis === undefined) return right([]);
  try {
    const events: unknown = genesis(id);
    if (!Array.isArray(events)) throw new TypeError("genesis must answer an array of events");
    return right([...(events as ReadonlyArray<E>)]);
  } catch (cause) {
    return left(deciderThrew(cause));
  }
};
