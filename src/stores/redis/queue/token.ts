/**
 * Tokens: `<order>:<request>:<place>:<tail of the id>[:<escaped key>]`, with a "!" before the tail where a dedupe id stands for
 * the message until it leaves the queue; `lua/include/token.lua` says why. This side makes the request and the server the order.
 * Both build the same token of the two, so the token itself is not sent.
 */
import type { MessageId } from "../../../core/MessageId.js";

const ORDER_LENGTH = 10;
const PLACE_LENGTH = 3;
const TAIL_LENGTH = 12;
const DEDUPED = 33;
// The digits stand in the order of their character codes, so that places sort.
const DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
const places: Array<string> = [];

const digit = (value: number): string => DIGITS.charAt(value % 64);
const placeOf = (place: number): string => {
  places[place] ??= digit(place >> 12) + digit(place >> 6) + digit(place);
  return places[place];
};

/** The beginning of all tokens of one lease. */
export const tokenStem = (order: string, request: string): string => `${order}:${request}:`;

/** The parts of a message that stand in its token. */
export interface TokenMessage {
  readonly id: MessageId;
  readonly escapedKey: string | undefined;
  readonly deduped: boolean;
}

/** The token of a message with neither key nor dedupe id. */
export const bareTokenOf = (stem: string, place: number, id: MessageId): string =>
  `${stem}${placeOf(place)}:${id.slice(-TAIL_LENGTH)}`;

/** The token of one message of a lease. */
export const tokenOf = (stem: string, place: number, message: TokenMessage): string => {
  const { id, escapedKey, deduped } = message;
  const token = `${stem}${placeOf(place)}${deduped ? "!" : ":"}${id.slice(-TAIL_LENGTH)}`;
  return escapedKey === undefined ? token : `${token}:${escapedKey}`;
};

/** What a token says about its message. */
export interface Fence {
  /** The token, if it may name a delivery of this message; else a text that is never a live token. */
  readonly token: string;
  readonly keyed: boolean;
  readonly deduped: boolean;
}

/** Stands in a list of tokens for one that is never live. */
const NEVER = "-";

const none: Fence = { token: NEVER, keyed: false, deduped: false };

/** The fence of this message by this token. */
export const fenceOf = (token: string, id: MessageId): Fence => {
  const at = token.indexOf(":", ORDER_LENGTH + 1) + PLACE_LENGTH + 2;
  if (!token.startsWith(id.slice(-TAIL_LENGTH), at) || token.includes(" ")) return none;
  return { token, keyed: token.length > at + TAIL_LENGTH, deduped: token.charCodeAt(at - 1) === DEDUPED };
};
