/** A settlement, as a broker tells it. */
import { isLeft } from "fp-ts/lib/Either.js";
import type { Settlement } from "../../core/Handled.js";
import { delivery as deliveryOf } from "../../core/Message.js";
import { delayOf } from "../../core/Outcome.js";
import type { BrokerEvent, Delivered } from "../Broker.js";
import type { Pending } from "../Pending.js";
import type { Delivery } from "./Delivery.js";

/** Undefined where it was given back, or handled anew since a follow-up met a conflict: then nothing has become of it. */
export const told = (
  { message, result, outcome }: Settlement<Pending, unknown>,
  delivery: Delivery,
  lane: string,
): BrokerEvent<unknown> | undefined => {
  const stream = message.key ?? message.data.event.stream;
  const { recorded, malformed } = delivery;
  if (malformed !== undefined && outcome._tag === "Block")
    return { _tag: "Malformed", lane, stream, recorded: malformed };
  if (recorded === undefined) return undefined;
  const { attempt } = message;
  const { reactions } = message.data;
  // The usual one is made in one piece: a spread of all its fields would cost more than all else here.
  if (outcome._tag === "Ack") return { _tag: "Acked", stream, lane, recorded, reactions, attempt };
  const of = { stream, lane, recorded, reactions, attempt };
  const dueAtMs = (delayMs: number): number => message[deliveryOf].nowMs() + delayMs;
  switch (outcome._tag) {
    case "Retry":
      return { ...of, _tag: "Retrying", cause: outcome.cause, dueAtMs: dueAtMs(delayOf(outcome)) };
    case "Release":
      return isLeft(result) || !delivery.deferred
        ? undefined
        : { ...of, _tag: "Deferred", dueAtMs: dueAtMs(delayOf(outcome)) };
    case "Block":
      return { ...of, _tag: "Blocked", cause: outcome.cause };
    case "Reject":
      return { ...of, _tag: "Skipped", cause: outcome.cause };
    case "Lost":
      return { ...of, _tag: "Lost", cause: outcome.cause };
  }
};

/** Whether it is of the events of a run. */
export const isDelivered = (event: BrokerEvent<unknown>): event is Delivered<unknown> => "attempt" in event;
