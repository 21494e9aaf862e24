/** The identities of events and dispatches of hubs. */
import type { Type } from "io-ts";
import { parsedText } from "../codec/parsedText.js";
import { parseMessageId } from "../core/MessageId.js";

declare const brand: unique symbol;

/** A UUID in lower case, version 7, made by the hub that emits the event: events sort by it as they were made. */
export type HubEventId = string & { readonly [brand]: "HubEventId" };

/** A UUID in lower case, version 7: the same in every attempt, so handlers may use it as an idempotency key. */
export type DispatchId = string & { readonly [brand]: "DispatchId" };

/** This text as an id, in lower case; undefined if it is no UUID. */
export const parseHubEventId = (text: string): HubEventId | undefined => parseMessageId(text) as HubEventId | undefined;

/** This text as an id, in lower case; undefined if it is no UUID. */
export const parseDispatchId = (text: string): DispatchId | undefined => parseMessageId(text) as DispatchId | undefined;

/** An io-ts codec for ids of events that come from outside, by HTTP or in JSON: it takes any UUID, and makes it lower case. */
export const HubEventIdCodec: Type<HubEventId, string> = parsedText("HubEventId", parseHubEventId);

/** An io-ts codec for ids of dispatches that come from outside, by HTTP or in JSON: it takes any UUID, and makes it lower case. */
export const DispatchIdCodec: Type<DispatchId, string> = parsedText("DispatchId", parseDispatchId);
