/** Policies without a store: when this event comes, expect these commands. */
import { deepStrictEqual } from "node:assert/strict";
import type { Policy, Send } from "../sourcing/policies/Policy.js";
import { type TestRecordedOptions, testRecorded } from "./testRecorded.js";

/** A command and whom it is for. What `send` makes is one. */
export type ExpectedSend = Pick<Send, "category" | "id" | "command">;

/** What the policy would send. */
export interface WhenEvent {
  /** All of its commands, in order; `[]` where it is to send none. Compares deeply, and throws an `AssertionError` with both where they differ. */
  readonly expectSends: (sends: ReadonlyArray<ExpectedSend>) => void;
}

/**
 * A policy under test, with the event that comes. Everything is synchronous; nothing is sent, and nothing is stored. Throws what the policy
 * throws.
 *
 * @param policy the policy
 * @param event what has happened
 * @param options what stands around it, such as its `stream`, or its `type` where the event has no property of that name
 *
 * @example
 * ```ts
 * import { right } from "fp-ts/lib/Either.js";
 * import * as t from "io-ts";
 * import { eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 * import { aggregate, policy, send } from "sluice/sourcing";
 * import { whenEvent } from "sluice/testing";
 *
 * const meters = aggregate(memoryStore(), {
 *   category: "meter",
 *   codec: eventType("Read", t.type({ kwh: t.number })),
 *   decider: { initial: 0, decide: (kwh: number) => () => right([{ kwh }]), evolve: (sum, { kwh }) => sum + kwh },
 * });
 * const count = policy<{ kwh: number }>(({ event }) => (event.kwh > 0 ? [send(meters, "all", event.kwh)] : []));
 * whenEvent(count, { kwh: 3 }).expectSends([send(meters, "all", 3)]);
 * whenEvent(count, { kwh: 0 }).expectSends([]);
 * ```
 */
export const whenEvent = <E>(
  policy: Pick<Policy<E>, "react">,
  event: NoInfer<E>,
  options: TestRecordedOptions = {},
): WhenEvent => {
  const sends = policy.react(testRecorded(event, options)).map(partsOf);
  return { expectSends: (expected) => deepStrictEqual(sends, expected.map(partsOf)) };
};

/** A Send has a function too, which is never the same. */
const partsOf = ({ category, id, command }: ExpectedSend): ExpectedSend => ({ category, id, command });
