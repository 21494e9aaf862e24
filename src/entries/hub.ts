/** `sluice/hub`: events go to destinations by routes that are data. */

export {
  type Bound,
  Complete,
  type DestinationOptions,
  type DispatchAnswer,
  type DispatchContext,
  type DispatchResult,
  type DispatchWork,
  destination,
  type Handler,
  type HubEvent,
  Ignored,
} from "../hub/Destination.js";
export { type DispatchId, DispatchIdCodec, type HubEventId, HubEventIdCodec } from "../hub/ids.js";
export { type RetryAfter, retryAfter } from "../hub/retryAfter.js";
export { defineRoutes, parseRoutes } from "../hub/routes/parseRoutes.js";
export type {
  Comparator,
  Condition,
  DispatchSettings,
  RetryDelay,
  Route,
  Routes,
  RoutesConfig,
} from "../hub/routes/Routes.js";
export type {
  Received,
  ReceiverDefinition,
  Refusal,
  WebhookReceiver,
  WebhookRequest,
} from "../hub/webhook/Receiver.js";
export { type WebhookOptions, webhook } from "../hub/webhook/webhook.js";
export { webhookReceiver } from "../hub/webhook/webhookReceiver.js";
