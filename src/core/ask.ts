/** Calls functions of the user's that take part in a write. Where one throws, the value is refused and nothing is written. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { describeMessage } from "./cause.js";
import { encodeRefused, type SluiceError } from "./SluiceError.js";

/** The answer of `call`, or `EncodeRefused` with this name and with what was thrown. */
export const ask = <T>(name: string, call: () => T): Either<SluiceError, T> => {
  try {
    return right(call());
  } catch (cause) {
    return left(encodeRefused([`${name}: ${describeMessage(cause)}`]));
  }
};
