/** What a config may hold. Hubs of many programs read it, so each part of it has a bound. */
import { DELAY_MS_MAX } from "../../core/options.js";

export const ROUTES_MAX = 1_000;
/** Comparators, `allOf`, `anyOf` and `not` of all routes together. */
export const CONDITIONS_MAX = 10_000;
/** A condition may stand within this many others, less one. */
export const CONDITION_DEPTH_MAX = 64;
/** Characters of a path, and of a regular expression. */
export const TEXT_LENGTH_MAX = 1_000;
/** Characters of a text to compare with. */
export const EXACT_LENGTH_MAX = 10_000;
/** Characters of all texts and names of fields of a config together, so that it fits into a record. */
export const CONFIG_LENGTH_MAX: number = 512 * 1024;
export const SECONDS_MAX: number = DELAY_MS_MAX / 1_000;
export const RETRIES_MAX = 1_000_000;
/** How deep paths look into a payload: what lies deeper is not there for them. */
export const PAYLOAD_DEPTH_MAX = 100;
