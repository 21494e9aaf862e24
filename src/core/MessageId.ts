/** The identity of an enqueued value: a UUIDv7 in lower case, the same over all its deliveries. */
import { validate } from "uuid";
import { newId } from "./newId.js";

declare const brand: unique symbol;

/** A UUID in lower case, version 7 where Sluice makes it: ids sort by the time they were made. */
export type MessageId = string & { readonly [brand]: "MessageId" };

/** A new id. */
export const newMessageId = (): MessageId => newId() as MessageId;

/** This text as an id, in lower case; undefined if it is no UUID. */
export const parseMessageId = (text: string): MessageId | undefined =>
  validate(text) ? (text.toLowerCase() as MessageId) : undefined;
