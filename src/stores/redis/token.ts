/**
 * Tokens: `<order>:<request>:<place>:<tail of the id>[:<escaped key>]`; `lua/include/token.lua` says why. The request is made
 * here and the order there; both sides build the same token of them, so that it need not travel.
 */
import type { MessageId } from "../../core/MessageId.js";

const ORDER_LENGTH = 10;
const TAIL_LENGTH = 8;
const places: Array<string> = [];

const placeOf = (place: number): string => {
  places[place] ??= String(place).padStart(4, "0");
  return places[place];
};

/** What the tokens of one lease begin with. */
export const tokenStem = (order: string, request: string): string => `${order}:${request}:`;

/** The token of one message of a lease. */
export const tokenOf = (stem: string, place: number, id: MessageId, escapedKey: string | undefined): string =>
  escapedKey === undefined
    ? `${stem}${placeOf(place)}:${id.slice(-TAIL_LENGTH)}`
    : `${stem}${placeOf(place)}:${id.slice(-TAIL_LENGTH)}:${escapedKey}`;

/** The token if it may name a delivery of this message, else one that is never live. */
export const fenceOf = (token: string, id: MessageId): string => {
  const at = token.indexOf(":", ORDER_LENGTH + 1) + 6;
  return token.startsWith(id.slice(-TAIL_LENGTH), at) ? token : "";
};
