/** Where an event stands in the order of all events of a store. */
import type { EventId } from "./EventId.js";

declare const brand: unique symbol;

/**
 * A place in the order of all events: opaque, and sorts as a text among those of its store. It carries a part of its event's id, so that a
 * log which went back (a restored server, a failover) and grew again is told from the one that was read.
 */
export type Position = string & { readonly [brand]: "Position" };

/** Hex digits of the place, as many in all positions of one store: 12, or up to 26; then 6 of the end of the event's id. */
const PLACE_LENGTH = 12;
const TAIL_LENGTH = 6;
const POSITION = /^(?!0+.{6}$)[0-9a-f]{18,32}$/;

/** The part of an id that stands in positions: what is random in a UUIDv7, and differs with a chance of 1 in 17 million less than 1. */
export const tailOf = (id: EventId): string => id.slice(-TAIL_LENGTH);

/** The position of an event at this place, from 1, in a store that counts its places; its id ends so. */
export const positionOf = (place: number, tail: string): Position =>
  (place.toString(16).padStart(PLACE_LENGTH, "0") + tail) as Position;

/** The place of a position in a store that counts its places, from 1. */
export const placeOf = (position: Position): number => Number.parseInt(position.slice(0, PLACE_LENGTH), 16);

/** The place as a text, which sorts among those of its store. */
const placeIn = (position: Position): string => position.slice(0, -TAIL_LENGTH);

/** The tail of its event's id. */
export const tailIn = (position: Position): string => position.slice(-TAIL_LENGTH);

/** Whether one position of a log is before another; undefined is before all. Two events of different histories may have one place. */
export const isBefore = (one: Position | undefined, other: Position | undefined): boolean =>
  other !== undefined && (one === undefined || placeIn(one) < placeIn(other));

/** The position so many places from this one, whose event's id ends so. */
export const positionFrom = (position: Position, places: number, tail: string): Position => {
  const place = placeIn(position);
  return ((BigInt(`0x${place}`) + BigInt(places)).toString(16).padStart(place.length, "0") + tail) as Position;
};

/** This text as a position; undefined where it is none. */
export const parsePosition = (text: string): Position | undefined =>
  POSITION.test(text) ? (text as Position) : undefined;
