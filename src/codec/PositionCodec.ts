/** Positions that come from outside of the process: a checkpoint in a record, a header of HTTP. */
import type { Type } from "io-ts";
import { type Position, parsePosition } from "../core/Position.js";
import { parsedText } from "./parsedText.js";

/**
 * An io-ts codec for positions of the log: for a record that keeps how far somebody has come, say.
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { PositionCodec } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 * import { records } from "sluice/records";
 *
 * const checkpoints = records(memoryStore(), { name: "checkpoints", codec: t.type({ after: PositionCodec }) });
 * console.log((await checkpoints.get("copy"))?.value.after);
 * ```
 */
export const PositionCodec: Type<Position, string> = parsedText("Position", parsePosition);
