/** Deciders without a store: given these events, when these commands come, expect that. */
import { deepStrictEqual, fail } from "node:assert/strict";
import { inspect } from "node:util";
import { isRight } from "fp-ts/lib/Either.js";
import type { Decider } from "../sourcing/Decider.js";

/** What came of the commands. Each of the three compares deeply, and throws an `AssertionError` with both values where they differ. */
export interface When<E, X, S> {
  /** All commands were decided; these are their events, in order. */
  readonly expectEvents: (events: ReadonlyArray<E>) => void;
  /** The last command was refused, and so. One before it must not be. */
  readonly expectRejection: (rejection: X) => void;
  /** The state after all that was decided. The last command may be refused: that leaves the state as it was. */
  readonly expectState: (state: S) => void;
}

export interface Given<C, S, E, X> {
  /** Decides the commands one after the other, each upon what those before it decided. */
  readonly when: (...commands: readonly [C, ...ReadonlyArray<C>]) => When<E, X, S>;
}

/**
 * A decider under test, with the events that were before. Everything is synchronous, nothing is stored.
 *
 * @param decider the domain
 * @param events what happened before; none is a new one
 *
 * @example
 * ```ts
 * import { left, right } from "fp-ts/lib/Either.js";
 * import { given } from "sluice/testing";
 *
 * const door = {
 *   initial: "closed",
 *   decide: (command: "open") => (state: string) =>
 *     state === "open" ? left("It is open already" as const) : right([`${command}ed`]),
 *   evolve: () => "open",
 * };
 * given(door, []).when("open").expectEvents(["opened"]);
 * given(door, ["opened"]).when("open").expectRejection("It is open already");
 * ```
 */
export const given = <C, S, E, X>(
  decider: Decider<C, S, E, X>,
  events: ReadonlyArray<NoInfer<E>>,
): Given<C, S, E, X> => ({
  when: (...commands) => {
    const evolveAll = (state: S, happened: ReadonlyArray<E>): S =>
      happened.reduce((before, event) => decider.evolve(before, event), state);
    let state = evolveAll(decider.initial, events);
    const decided: Array<E> = [];
    let refused: Refused<X> | undefined;
    for (const [i, command] of commands.entries()) {
      const answer = decider.decide(command)(state);
      if (!isRight(answer)) {
        refused = {
          rejection: answer.left,
          isLast: i === commands.length - 1,
          which: `${i + 1} of ${commands.length}`,
        };
        break;
      }
      decided.push(...answer.right);
      state = evolveAll(state, answer.right);
    }
    return whenOf({ decided, state, refused });
  },
});

interface Refused<X> {
  readonly rejection: X;
  readonly isLast: boolean;
  readonly which: string;
}

interface Outcome<E, X, S> {
  readonly decided: ReadonlyArray<E>;
  readonly state: S;
  readonly refused: Refused<X> | undefined;
}

const whenOf = <E, X, S>({ decided, state, refused }: Outcome<E, X, S>): When<E, X, S> => {
  const notBefore = (refusal: Refused<X> | undefined): void => {
    if (refusal?.isLast === false)
      fail(`command ${refusal.which} was refused, before the last one: ${inspect(refusal.rejection)}`);
  };
  return {
    expectEvents: (expected) => {
      if (refused !== undefined) fail(`command ${refused.which} was refused: ${inspect(refused.rejection)}`);
      deepStrictEqual(decided, expected);
    },
    expectRejection: (expected) => {
      notBefore(refused);
      if (refused === undefined) fail(`no command was refused; decided were ${inspect(decided)}`);
      deepStrictEqual(refused.rejection, expected);
    },
    expectState: (expected) => {
      notBefore(refused);
      deepStrictEqual(state, expected);
    },
  };
};
