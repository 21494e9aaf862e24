/** Projections without a store: given these events, expect that state. */
import { deepStrictEqual } from "node:assert/strict";
import { isLeft } from "fp-ts/lib/Either.js";
import { encodePayload } from "../codec/envelope.js";
import type { EventMap, TypeName } from "../log/EventCodec.js";
import { kindOfEvent } from "../log/encodeEvent.js";
import { resolve } from "../sourcing/projections/definition.js";
import type { ProjectionDefinition } from "../sourcing/projections/Projection.js";
import { evolved } from "../sourcing/projections/takeState.js";
import { testRecorded } from "./testRecorded.js";

/** What the events have made. */
export interface GivenEvents<S> {
  /** Compares deeply, and throws an `AssertionError` with both states where they differ. */
  readonly expectState: (state: S) => void;
}

/**
 * A projection under test, with the events that it is made of: all of one stream, of its first category. Everything is synchronous,
 * nothing is stored. Throws what `evolve` throws; `EncodeRefused` for an event that the codec does not take, and for a state that
 * could not be stored.
 *
 * @param definition the projection
 * @param events what happened, in order; types that it does not evolve may be among them
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { eventType } from "sluice/log";
 * import { givenEvents } from "sluice/testing";
 *
 * const revenue = {
 *   name: "revenue",
 *   version: 1,
 *   codec: eventType("Paid", t.type({ amount: t.number })),
 *   initial: 0,
 *   state: t.number,
 *   evolve: { Paid: (sum: number, { event }: { event: { amount: number } }) => sum + event.amount },
 * };
 * givenEvents(revenue, [{ amount: 30 }, { amount: 12 }]).expectState(42);
 * ```
 */
export const givenEvents = <S, M extends EventMap>(
  definition: ProjectionDefinition<S, M>,
  events: ReadonlyArray<NoInfer<M[TypeName<M>]>>,
): GivenEvents<S> => {
  const { codec, evolve, categories } = resolve<S, S, M>(definition);
  const stream = `${categories?.[0] ?? "test"}/1`;
  let state = definition.initial;
  for (const [i, event] of events.entries()) {
    const kind = kindOfEvent(codec.coding, event);
    if (isLeft(kind)) throw kind.left;
    const { type } = kind.right;
    if (evolve.has(type))
      state = evolved(evolve, state, testRecorded<unknown>(event, { type, stream, version: i + 1 }));
  }
  const encoded = encodePayload(definition.state, state, { bytesMax: Number.POSITIVE_INFINITY, option: "state" });
  if (isLeft(encoded)) throw encoded.left;
  return { expectState: (expected) => deepStrictEqual(state, expected) };
};
