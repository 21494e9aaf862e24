/** What the commands on an event have in common: where they come from, and ids that are the same each time. */
import { utf8Length } from "../../core/bytes.js";
import { showing } from "../../core/inspecting.js";
import { shown } from "../../core/options.js";
import { invalidConfig } from "../../core/SluiceError.js";
import type { EventMeta } from "../../log/meta.js";
import type { CommandContext } from "../Aggregate.js";
import { shortDigest } from "../commands/digest.js";

/** What a reaction reacts on: an event, or a message of a queue. */
export interface Cause {
  /** A text of 1 to 128 UTF-8 bytes that nothing else has: the id of the event, or of the message. */
  readonly id: string;
  /** Default: nothing is said. */
  readonly meta?: EventMeta | undefined;
}

/** Where the commands of a reaction come from. A broker hands it to its reactions; `causedBy` makes one for any event. */
export interface Causing {
  /**
   * The context of a command: its causation is the event, its correlation that of the event (or else the event), and its `hops` are one
   * more than those of the event. Its command id is the same whenever the same name reacts on the same event by the same step.
   *
   * @param step which command of the reaction it is, any text: give each one another. Default: the empty text, for the only one. A
   *   policy gives `send 0`, `send 1`, …
   */
  readonly caused: (step?: string) => CommandContext;
}

const ID_BYTES_MAX = 128;

/**
 * The context of whoever reacts on an event, for its commands.
 *
 * Throws `InvalidConfig` where the name is empty, or the id is none.
 *
 * @param name who reacts, any text that is not empty. Keep it from version to version of a program: by another name the commands of an
 *   event that comes again are new ones. No two that react on the same events have the same
 * @param cause what is reacted on: a `Recorded`, a `Message`, or anything that has an id
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { causedBy } from "sluice/sourcing";
 * import { testRecorded } from "sluice/testing";
 *
 * const recorded = testRecorded({ type: "Paid" }, { meta: { correlationId: "request-7" } });
 * const { caused } = causedBy("place order", recorded);
 * assert.equal(caused().causationId, recorded.id);
 * assert.equal(caused().correlationId, "request-7");
 * assert.equal(caused().commandId, causedBy("place order", recorded).caused().commandId);
 * assert.notEqual(caused("mail").commandId, caused().commandId);
 * ```
 */
export const causedBy = (name: string, cause: Cause): Causing => {
  if (typeof name !== "string" || name === "")
    throw invalidConfig("name", `name must be a text that is not empty, not ${shown(name)}.`);
  const { id, meta = {} } = cause;
  if (typeof id !== "string" || id === "" || utf8Length(id) > ID_BYTES_MAX)
    throw invalidConfig("id", `id must be a text of 1 to ${ID_BYTES_MAX} UTF-8 bytes, not ${shown(id)}.`);
  const { correlationId = id, hops = 0 } = meta;
  const caused = (step = ""): CommandContext => ({
    commandId: commandIdOf({ id, name, step }),
    correlationId,
    causationId: id,
    hops: hops + 1,
  });
  return showing({ caused }, "Causing", { name, id });
};

interface Parts {
  readonly id: string;
  readonly name: string;
  readonly step: string;
}

/**
 * The id first, for people; then name and step. Each is quoted before they are digested, so that no two pairs have one text, and the
 * digest always has the same length, so that no id can look like another one with a digest.
 */
const commandIdOf = ({ id, name, step }: Parts): string => {
  if (typeof step !== "string") throw invalidConfig("step", `step must be a text, not ${shown(step)}.`);
  return `${id}/${shortDigest(JSON.stringify([name, step]))}`;
};
