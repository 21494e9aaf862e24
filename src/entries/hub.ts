/** `sluice/hub`: events go to destinations by routes that are data; every dispatch is on record until it has a result. */
export { type NonRetryable, nonRetryable } from "../core/nonRetryable.js";
export type { DecodeRefused, DispatchOngoing, HubError, NotFound, RecordConflict } from "../core/SluiceError.js";
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
export type { Dispatch, Execution, Resulted, Status } from "../hub/Dispatch.js";
export type {
  Destination,
  EmitError,
  Executed,
  Hub,
  HubDefinition,
  HubRunOptions,
  Keep,
  KeepLimits,
  ListDispatchesOptions,
  ListedEvent,
  ListOptions,
  MarkLostOptions,
  StatusCounts,
} from "../hub/Hub.js";
export type { HubNotice } from "../hub/HubNotice.js";
export { type DispatchId, DispatchIdCodec, type HubEventId, HubEventIdCodec } from "../hub/ids.js";
export { hub } from "../hub/makeHub.js";
export { type RetryAfter, retryAfter } from "../hub/retryAfter.js";
export type { Settings } from "../hub/routes/compiled.js";
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
export { routesSchema } from "../hub/routes/routesSchema.js";
export type {
  Received,
  ReceiverDefinition,
  Refusal,
  WebhookReceiver,
  WebhookRequest,
} from "../hub/webhook/Receiver.js";
export { type WebhookOptions, webhook } from "../hub/webhook/webhook.js";
export { webhookReceiver } from "../hub/webhook/webhookReceiver.js";
