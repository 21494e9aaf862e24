/** What becomes of a delivery: the outcome that its handler answered, or what the options of the reaction say of a failure. */
import { isLeft, left, right } from "fp-ts/lib/Either.js";
import { backoffDelayMs } from "../../core/Backoff.js";
import { causeOf, type Failure, Threw } from "../../core/Failure.js";
import { attemptOf } from "../../core/FailurePolicy.js";
import { type Handled, handled } from "../../core/Handled.js";
import { delivery as deliveryOf, type Message } from "../../core/Message.js";
import { asNonRetryable } from "../../core/nonRetryable.js";
import { Ack, Block, isOutcome, type Outcome, Reject, Release, Retry } from "../../core/Outcome.js";
import { isSluiceError, type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import { atomically, refusalOf, type Write } from "../../core/Write.js";
import { deferredBy } from "../outcomes.js";
import type { Pending } from "../Pending.js";
import { blamed, strictest, type Writing } from "./blamed.js";
import type { Delivery } from "./Delivery.js";
import { Results } from "./inTurn.js";

export type Reacted = Handled<Pending, unknown, unknown>;

/** Decided, with the writes that commit with an ack. */
export const decided = (undecided: Reacted, delivery: Delivery): Reacted => {
  const { message, result, outcome } = undecided;
  if (isLeft(result))
    return handled({ message, result, outcome: fateOf(result.left, message, delivery), followUps: none });
  if (outcome !== undefined && outcome._tag !== "Ack") {
    delivery.deferred = outcome._tag === "Release";
    return handled({ message, result, outcome: performed(outcome, message, delivery), followUps: none });
  }
  try {
    return handled({ message, result: right(undefined), outcome: Ack, followUps: followUpsOf(result.right, delivery) });
  } catch (cause) {
    const failure = Threw(cause);
    return handled({ message, result: left(failure), outcome: fateOf(failure, message, delivery), followUps: none });
  }
};

const none: ReadonlyArray<Write<unknown>> = [];
/** The writes commit together with one step more: the ack. */
const THE_ACK = 1;

/** The reaction that is asked for its writes is the one that fails where it throws. */
const followUpsOf = (result: unknown, delivery: Delivery): ReadonlyArray<Write<unknown>> => {
  const writings: Array<Writing> = [];
  const all = result instanceof Results ? result.all : [result];
  for (const [i, { reaction, recorded }] of delivery.results.entries()) {
    const { followUp } = reaction.parts;
    // Who answers an outcome has no result to write of.
    if (followUp === undefined || isOutcome(all[i])) continue;
    delivery.at = reaction;
    const writes: unknown = followUp(all[i], recorded);
    if (!Array.isArray(writes)) throw new TypeError("followUp must answer an array of Writes");
    writings.push({ reaction, writes: writes as ReadonlyArray<Write<unknown>> });
  }
  const followUps = writings.flatMap(({ writes }) => writes);
  delivery.writings = writings.filter(({ writes }) => writes.length > 0);
  const refusal = refusalIn(followUps);
  if (refusal === undefined) return followUps;
  // What none of them is refused for is refused since they are joined.
  const refused = delivery.writings.find(({ writes }) => refusalIn(writes) !== undefined)?.reaction;
  delivery.at = refused ?? strictest(delivery.writings.map(({ reaction }) => reaction)) ?? delivery.at;
  throw refusal;
};

/** What becomes of a message whose settlement the store has refused: as the reaction says whose writes were. */
export const refusedFate = (failure: Failure<unknown>, message: Message<Pending>, delivery: Delivery): Outcome => {
  const { writings, results } = delivery;
  delivery.at = blamed(writings, toSluiceError(causeOf(failure))) ?? strictest(results.map(({ reaction }) => reaction));
  return fateOf(failure, message, delivery);
};

const refusalIn = (writes: ReadonlyArray<Write<unknown>>): SluiceError | undefined => {
  if (writes.length === 0) return undefined;
  try {
    return refusalOf(atomically(writes), THE_ACK);
  } catch (cause) {
    // What is no Write, or changes different stores.
    return toSluiceError(cause);
  }
};

/** The outcome of a failure. Interruptions are given back, uncounted. */
const fateOf = (failure: Failure<unknown>, message: Message<Pending>, { at }: Delivery): Outcome => {
  if (failure._tag === "Interrupted") return Release({ reason: failure.reason });
  const cause = causeOf(failure);
  if (at === undefined) return unread(cause);
  const { attemptsMax, backoff, blockOnError } = at.parts;
  const forGood = asNonRetryable(cause);
  if (forGood !== undefined) return ended(forGood.cause, blockOnError);
  if (message.attempt >= attemptsMax) return ended(cause, blockOnError);
  return Retry({ cause, delayMs: backoffDelayMs(backoff, message.attempt, attemptOf(message).random) });
};

/** Before a reaction was begun: its event could not be read. That is no attempt where the store may answer later. */
const unread = (cause: unknown): Outcome =>
  isSluiceError(cause) && cause.retryable
    ? Release({ reason: cause.message, delayMs: UNREAD_MS })
    : Block({ cause, scope: "key" });

const UNREAD_MS = 1_000;

const ended = (cause: unknown, blockOnError: boolean): Outcome =>
  blockOnError ? Block({ cause, scope: "key" }) : Reject({ cause });

/** As the handler asked for it. A block is that of its target, and a retry counts as one. */
const performed = (outcome: Outcome, message: Message<Pending>, { at }: Delivery): Outcome => {
  switch (outcome._tag) {
    case "Ack":
    case "Reject":
      return outcome;
    case "Block":
      return outcome.scope === "key" ? outcome : Block({ cause: outcome.cause, scope: "key" });
    case "Release":
      return deferredBy(outcome, message[deliveryOf].nowMs());
    case "Retry":
      return at !== undefined && message.attempt >= at.parts.attemptsMax
        ? ended(outcome.cause, at.parts.blockOnError)
        : outcome;
  }
};
