/** `sluice/broker`: reactions to events, each target in order, retried, then blocked. */
export type {
  BlockedStream,
  Broker,
  BrokerChangeError,
  BrokerDefinition,
  BrokerEvent,
  BrokerRunOptions,
  BrokerSettings,
  BrokerStatus,
  Correlated,
  Delivered,
  EventDelivery,
  EventIn,
  Idle,
  LaneIn,
  LaneOptions,
  LaneStatus,
  LanesOf,
  Streams,
} from "../broker/Broker.js";
export { type QueueStoreDefinition, queueStore } from "../broker/byHand/queueStore.js";
export type { Fetched, QueueStore, StreamQueue, StreamState } from "../broker/byHand/StreamQueue.js";
export { broker } from "../broker/makeBroker.js";
export { on } from "../broker/on.js";
export { Defer, type DeferUntil } from "../broker/outcomes.js";
export type {
  Doing,
  EventsOf,
  On,
  Reaction,
  ReactionBackoff,
  ReactionContext,
  ReactionOptions,
  Targeted,
} from "../broker/Reaction.js";
export { type NonRetryable, nonRetryable } from "../core/nonRetryable.js";
export type { BrokerError, DecodeRefused, LogTrimmed, LogWentBack, RecordConflict } from "../core/SluiceError.js";
