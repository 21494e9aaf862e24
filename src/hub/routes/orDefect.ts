/** For what a codec has taken: it was compiled before, so it can be compiled again. */
import { type Either, isLeft } from "fp-ts/lib/Either.js";
import { impossible } from "../../core/invariant.js";

export const orDefect = <A>(compiled: Either<string, A>): A =>
  isLeft(compiled) ? impossible(`a checked text ${compiled.left}`) : compiled.right;
