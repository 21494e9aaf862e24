/** The identity of an event. */
import { parseMessageId } from "./MessageId.js";

declare const brand: unique symbol;

/** A UUID in lower case, version 7, made by the client that appends the event: the idempotency key of whatever is done on the event. */
export type EventId = string & { readonly [brand]: "EventId" };

/** This text as an id, in lower case; undefined if it is no UUID. */
export const parseEventId = (text: string): EventId | undefined => parseMessageId(text) as EventId | undefined;
