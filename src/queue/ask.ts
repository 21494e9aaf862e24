/** Functions of the user's that take part in a write: what they throw refuses the value, and nothing is written. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { describeMessage } from "../core/cause.js";
import { encodeRefused, type SluiceError } from "../core/SluiceError.js";

/** What it answers, or `EncodeRefused` with its name and what it threw. */
export const ask = <T>(name: string, call: () => T): Either<SluiceError, T> => {
  try {
    return right(call());
  } catch (cause) {
    return left(encodeRefused([`${name}: ${describeMessage(cause)}`]));
  }
};
