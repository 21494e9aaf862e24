/** Poison: a message whose payload its codec refuses, or that its store cannot read. */
import { type Either, left } from "fp-ts/lib/Either.js";
import type { Type } from "io-ts";
import { decodePayload } from "../../codec/envelope.js";
import { Reject } from "../../core/Outcome.js";
import type { EventSink } from "../EventSink.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";

/** The data of a message as its store gives it, or the report why it is poison. */
export const decodeData = <A>(
  codec: Type<A, unknown>,
  { payload, unreadable }: { readonly payload: string; readonly unreadable?: string | undefined },
): Either<ReadonlyArray<string>, A> => (unreadable === undefined ? decodePayload(codec, payload) : left([unreadable]));

/** It goes to the dead letters with the report and its raw payload, and never reaches a handler. */
export const rejectPoison = (delivery: LeasedDelivery, report: ReadonlyArray<string>, events: EventSink): void => {
  events.poisoned(delivery, report);
  delivery.settleWith(Reject({ cause: `poison: ${report.join("; ")}` }), [], () => undefined);
};
