/** Decodes messages as a store gives them, for consumers and for people who look at a queue. */
import { type Either, left } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import { decodePayload } from "../codec/envelope.js";

/** The data of a message, or the report why it is poison. */
export const decodeData = <A>(
  codec: Type<A, unknown>,
  { payload, unreadable }: { readonly payload: string; readonly unreadable?: string | undefined },
): Either<ReadonlyArray<string>, A> => (unreadable === undefined ? decodePayload(codec, payload) : left([unreadable]));
