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
/**
 * How deep paths look into a payload: what lies deeper is not there for them. Of 1 MiB of empty arrays in 95 others, `$..*` took 7.5 s, in 31
 * others a third of that.
 */
export const PAYLOAD_DEPTH_MAX = 32;
/** Names of destinations become parts of the names of queues, and of objects by destination. */
export const DESTINATION: RegExp = /^[\p{L}\p{N}_.:@-]{1,64}$/u;
export const DESTINATION_RULE = "must be a text of 1 to 64 letters, digits and _ . : @ - (and not __proto__)";
export const isDestination = (name: unknown): name is string =>
  typeof name === "string" && DESTINATION.test(name) && name !== "__proto__";
/** How many faults are told of one config. */
export const FAULTS_MAX = 1_000;
