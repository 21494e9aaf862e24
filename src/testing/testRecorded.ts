/** Recorded events without a log. */
import type { EventId } from "../core/EventId.js";
import { newId } from "../core/newId.js";
import type { Options } from "../core/options.js";
import { type Position, positionOf, tailOf } from "../core/Position.js";
import type { EventMeta } from "../log/meta.js";
import { type Recorded, recorded } from "../log/recorded.js";

export type TestRecordedOptions = Options<{
  /** Default: a new one. */
  id: EventId;
  /** The name of its type. Default: the event's property `type`, where that is a text; else "Event". */
  type: string;
  /** Default "test/1". */
  stream: string;
  /** Default 1. */
  version: number;
  /** Default: the place of its version. */
  position: Position;
  /** Milliseconds since 1970, default 0. */
  appendedAtMs: number;
  /** Default: nothing is said. */
  meta: EventMeta;
}>;

/**
 * An event as it is read from a log, without a log: for tests of `evolve`, of reactions, of whatever takes one.
 *
 * @param event what it carries
 * @param options what stands around it
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testRecorded } from "sluice/testing";
 *
 * const paid = testRecorded({ type: "Paid", amount: 3 }, { stream: "cart/7" });
 * assert.deepEqual([paid.type, paid.event.amount, paid.stream], ["Paid", 3, "cart/7"]);
 * ```
 */
export const testRecorded = <E>(event: E, options: TestRecordedOptions = {}): Recorded<E> => {
  const { stream = "test/1", version = 1, appendedAtMs = 0, meta = {} } = options;
  // What newId makes is the id of an event as well.
  const id = options.id ?? (newId() as EventId);
  const type = options.type ?? typeIn(event) ?? "Event";
  const position = options.position ?? positionOf(version, tailOf(id));
  return recorded({ id, type, stream, version, position, appendedAtMs, data: "", meta: "" }, { type, event, meta });
};

const typeIn = (event: unknown): string | undefined => {
  if (typeof event !== "object" || event === null || !("type" in event)) return undefined;
  return typeof event.type === "string" ? event.type : undefined;
};
