/** The only way to change what is stored, but for what people do with a queue. */
import type { WriteTarget } from "../core/WriteTarget.js";

/**
 * Meaning common to all stores (the conformance suite states each as a case):
 *
 * - A list is done whole or not at all: all its steps are checked before any is applied. The first step in order that may not be
 *   done is told as a value, and says what it is about by its own fields: not every step is about a message.
 * - Lists are done one after the other; a later one finds what an earlier one did, and nothing of one that was refused.
 * - The steps of a list are done in their order, whatever kinds they are of: what takes a place takes the next one, also where a
 *   store does many steps of one kind in one go.
 * - Calls of one store handle take effect in the order in which they were made, writes and leases at least: a store that
 *   keeps several connections orders them itself.
 * - The same write id within an hour answers as before and changes nothing, also where it comes twice at once.
 */
export type Writer = WriteTarget;
