/** The only way to change what is stored, apart from what people do with a queue (`Inspect`). */
import type { WriteTarget } from "../core/WriteTarget.js";

/**
 * Meaning common to all stores (the conformance suite states each as a case):
 *
 * - A list is done whole or not at all: all its steps are checked before any is applied. A refusal is a value, that of the first
 *   step in order that may not be done. Its fields say what it is about, which need not be a message.
 * - Lists are done one after the other. A later list finds what an earlier one did, and nothing of a list that was refused.
 * - The steps of a list are done in their order, whatever their kinds: of two new messages the earlier step has the earlier place,
 *   also where a store does many steps of one kind in one go.
 * - Calls of one store handle take effect in the order in which they were made, writes and leases at least: a store that
 *   keeps several connections orders them itself.
 * - The same write id within an hour answers as before and changes nothing, also where it comes twice at once.
 */
export type Writer = WriteTarget;
