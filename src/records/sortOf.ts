/** The text by whose order a record stands in an index. */

import { shown } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";

declare const brand: unique symbol;

/** Made by `sortOf`; texts of other makers have another order. */
export type Sort = string & { readonly [brand]: "Sort" };

/** A number, a time, or a text, which may stand last alone. */
export type SortPart = number | Date | string;

/** As the port allows. */
const SORT_LENGTH_MAX = 128;

/**
 * Orders as its parts do, the first before the second and so on: numbers (negative ones too, and `Infinity`), times, and, as the last
 * part only, a text, by its Unicode code points.
 *
 * Form: a number or time is ten characters. A text takes one for each of "\"" to "}", two for a control character, a blank or "!", three
 * for each UTF-8 byte of any other; all have at most 128 together.
 *
 * Errors: throws `InvalidConfig` for NaN, an invalid date, a text that is not last, a lone surrogate, no part, and for what is too long;
 * within an index function that is `EncodeRefused`, and nothing is written.
 *
 * @param parts one or more
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sortOf } from "sluice/records";
 *
 * assert.ok(sortOf(-5) < sortOf(0.5) && sortOf(0.5) < sortOf(12));
 * assert.ok(sortOf(1, "b") < sortOf(2, "a"));
 * ```
 */
export const sortOf = (...parts: readonly [SortPart, ...ReadonlyArray<SortPart>]): Sort => {
  if (parts.length === 0) throw invalidConfig("sort", "sortOf needs one part at least: a number, a Date or a text.");
  const sort = parts.map((part, i) => partOf(part, i === parts.length - 1)).join("");
  if (sort.length > SORT_LENGTH_MAX)
    throw invalidConfig(
      "sort",
      `sortOf made ${sort.length} characters, at most ${SORT_LENGTH_MAX} fit: shorten its text (some 110 plain characters fit behind a number).`,
    );
  // The empty text comes first, but a sort has one character at least.
  return (sort === "" ? LEAST : sort) as Sort;
};

/** Before all other sorts. */
const LEAST = "!";

const partOf = (part: SortPart, isLast: boolean): string => {
  if (typeof part === "number") return numberText(part);
  if (part instanceof Date) return numberText(part.getTime());
  if (typeof part !== "string")
    throw invalidConfig("sort", `a part of sortOf must be a number, a Date or a text, not ${shown(part)}.`);
  if (!isLast)
    throw invalidConfig("sort", "a text must be the last part of sortOf: nothing can stand behind it in order.");
  if (!part.isWellFormed())
    throw invalidConfig("sort", "a text of sortOf must be well-formed Unicode, without lone surrogates.");
  return textOf(part);
};

const view = new DataView(new ArrayBuffer(8));

/**
 * The bits of an IEEE 754 double order as numbers do once the sign of a positive one is set and a negative one is turned over whole;
 * each half of them as five digits of base 94, "!" to "~".
 */
const numberText = (value: number): string => {
  if (Number.isNaN(value))
    throw invalidConfig("sort", "a part of sortOf is NaN or an invalid Date, which has no order.");
  view.setFloat64(0, value === 0 ? 0 : value);
  let high = view.getUint32(0);
  let low = view.getUint32(4);
  if (high >= 0x8000_0000) {
    high = ~high >>> 0;
    low = ~low >>> 0;
  } else high = (high | 0x8000_0000) >>> 0;
  return digits(high) + digits(low);
};

const FIRST = 0x21;
const BASE = 94;

const digits = (value: number): string => {
  let text = "";
  let left = value;
  for (let i = 0; i < 5; i++) {
    text = String.fromCharCode(FIRST + (left % BASE)) + text;
    left = Math.floor(left / BASE);
  }
  return text;
};

/** The least and the greatest byte that stand for themselves. What is less is written behind "!", what is greater behind "~". */
const PLAIN_FROM = 0x22;
const PLAIN_TO = 0x7d;

const textOf = (text: string): string => {
  let sort = "";
  for (const byte of Buffer.from(text, "utf8")) {
    if (byte >= PLAIN_FROM && byte <= PLAIN_TO) sort += String.fromCharCode(byte);
    else if (byte < PLAIN_FROM) sort += `!${String.fromCharCode(PLAIN_FROM + byte)}`;
    else {
      const more = byte - PLAIN_TO - 1;
      sort += `~${String.fromCharCode(FIRST + Math.floor(more / BASE), FIRST + (more % BASE))}`;
    }
  }
  return sort;
};
