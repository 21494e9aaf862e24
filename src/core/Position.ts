/** Where an event stands in the order of all events of a store. */
import type { EventId } from "./EventId.js";

declare const brand: unique symbol;

/**
 * A place in the order of all events: opaque, and sorts as a text. It carries a part of its event's id, so that a log which went back
 * (a restored server, a failover) and grew again is told from the one that was read.
 */
export type Position = string & { readonly [brand]: "Position" };

/** 12 hex digits of the place, from 1; 6 of the end of the event's id. */
const PLACE_LENGTH = 12;
const TAIL_LENGTH = 6;

/** The part of an id that stands in positions: what is random in a UUIDv7, and differs with a chance of 1 in 17 million less than 1. */
export const tailOf = (id: EventId): string => id.slice(-TAIL_LENGTH);

/** The position of an event at this place, whose id ends so. */
export const positionOf = (place: number, tail: string): Position =>
  (place.toString(16).padStart(PLACE_LENGTH, "0") + tail) as Position;

/** The place of a position, from 1. */
export const placeOf = (position: Position): number => Number.parseInt(position.slice(0, PLACE_LENGTH), 16);

/** The tail of its event's id. */
export const tailIn = (position: Position): string => position.slice(PLACE_LENGTH);

/** This text as a position; undefined where it is none. */
export const parsePosition = (text: string): Position | undefined =>
  /^(?!0{12})[0-9a-f]{18}$/.test(text) ? (text as Position) : undefined;
