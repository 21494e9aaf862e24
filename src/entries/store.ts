/**
 * `sluice/store`: for those who write a store, wrap one, or write an operator that keeps messages. It has the types of the port, the
 * makers of Effects and errors, `viewOf` for wrappers, and `hold` for operators. The suite that tests a store is in `sluice/testing`.
 */

export type { Demand, Demands } from "../core/Demand.js";
export { type Asker, effect, fail, fromOne, fromPromise, mapEffect, type Start, succeed } from "../core/Effect.js";
export type { End } from "../core/End.js";
export { type EventId, parseEventId } from "../core/EventId.js";
export type { Delivery, Holder } from "../core/Message.js";
export { type Position, parsePosition, positionOf, tailOf } from "../core/Position.js";
export type { Revision } from "../core/Revision.js";
export {
  alreadySettled,
  defect,
  encodeRefused,
  invalidConfig,
  leaseLost,
  logTrimmed,
  logWentBack,
  payloadTooLarge,
  recordConflict,
  storeClosed,
  storeFull,
  storeUnavailable,
  streamClosed,
  toSluiceError,
  versionConflict,
  writeTooLarge,
} from "../core/SluiceError.js";
export type { Sources } from "../core/Sources.js";
export {
  type AppendedResult,
  type AppendStep,
  type NewEvent,
  type StreamExpected,
  type StreamState,
  streamRefusal,
} from "../core/steps/Append.js";
export type { CheckedResult, CheckStep } from "../core/steps/Check.js";
export type { EnqueuedResult, EnqueueStep } from "../core/steps/Enqueue.js";
export type { IndexPlace, PutResult, PutStep } from "../core/steps/Put.js";
export type { RemovedResult, RemoveStep } from "../core/steps/Remove.js";
export type { RecordExpected, RecordName } from "../core/steps/recordSteps.js";
export type { SettledResult, SettleStep } from "../core/steps/Settle.js";
export {
  doneOf,
  type Step,
  type StepOf,
  type StepRefused,
  type StepResult,
  type StepResultOf,
  type StepTag,
  WRITE_BYTES_MAX,
  WRITE_COUNT_MAX,
  type WriteAnswer,
} from "../core/steps/Step.js";
export type { Refusal, StepKind } from "../core/steps/StepKind.js";
export type { WriteTarget } from "../core/WriteTarget.js";
export { type Hold, type HoldOptions, hold } from "../operators/internal/hold.js";
export type { Capabilities } from "../port/Capabilities.js";
export type { CallKind, CallName } from "../port/calls.js";
export {
  type Inspect,
  MOVED_BYTES_MAX,
  type PageRequest,
  PORTION_COUNT_MAX,
  type Portion,
  type PurgeRequest,
  type RedriveFromRequest,
  type Redriven,
  type RedrivenLetter,
  type RedriveRequest,
  type StoredBlock,
  type StoredDeadLetter,
  type StoredMessage,
} from "../port/Inspect.js";
export type { ConsumerName, ExtendRequest, Hands, Lease, LeaseRequest } from "../port/Lease.js";
export type { Lifecycle } from "../port/Lifecycle.js";
export {
  type FeedPage,
  type FeedRequest,
  type LogPort,
  SCAN_COUNT_MAX,
  type StoredEvent,
  type StreamPage,
  type StreamReadRequest,
} from "../port/LogPort.js";
export { type Page, PORTION_BYTES_MAX } from "../port/Page.js";
export { type Kind, type Phase, takes } from "../port/Phase.js";
export type { KeyHead, QueuePort } from "../port/QueuePort.js";
export type { RecordPageRequest, RecordPort, StoredRecord } from "../port/RecordPort.js";
export type { EventStore, LogStore, QueueStore, RecordsStore, Store } from "../port/Store.js";
export type { StoreEvent } from "../port/StoreEvent.js";
export { type Around, type PassedCall, type ViewOptions, viewOf } from "../port/viewOf.js";
export type { Logger } from "../port/Warnings.js";
export type { Writer } from "../port/Writer.js";
