/** The sender's unique id of a webhook delivery, a UUID: it becomes the id of our message, so no delivery is queued twice. */
import * as t from "io-ts";
import { type MessageId, parseMessageId } from "sluice";

const isMessageId = (value: unknown): value is MessageId =>
  typeof value === "string" && parseMessageId(value) === value;

export const DeliveryId = new t.Type<MessageId, string, unknown>(
  "DeliveryId",
  isMessageId,
  (value, context) => (isMessageId(value) ? t.success(value) : t.failure(value, context)),
  t.identity,
);
