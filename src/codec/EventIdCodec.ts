/** Event ids that come from outside of the process. */
import type { Type } from "io-ts";
import { type EventId, parseEventId } from "../core/EventId.js";
import { parsedText } from "./parsedText.js";

/** An io-ts codec for event ids: it takes any UUID, and makes it lower case. */
export const EventIdCodec: Type<EventId, string> = parsedText("EventId", parseEventId);
