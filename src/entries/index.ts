/** `sluice`: durable queues as Observables. Stores are in `sluice/memory` and `sluice/redis`. */
export { MessageIdCodec } from "../codec/MessageIdCodec.js";
export type { Backoff, BackoffOptions, Growth, Jitter } from "../core/Backoff.js";
export type { Answers, Batch, NonEmpty } from "../core/Batch.js";
export { systemScheduler } from "../core/Clock.js";
export { Effect, type ErrorsOf, fail, fromOne, type RetryOptions, succeed } from "../core/Effect.js";
export type { Envelope, MessageHeaders } from "../core/Envelope.js";
export { causeOf, type Failure, type Interrupted } from "../core/Failure.js";
export { type Attempt, type FailurePolicy, GiveUp, getPolicyMonoid } from "../core/FailurePolicy.js";
export type { Fault } from "../core/Fault.js";
export type { Handled, Lost, Settlement } from "../core/Handled.js";
export { type ExtendError, type Message, mapMessage } from "../core/Message.js";
export { type MessageId, newMessageId, parseMessageId } from "../core/MessageId.js";
export {
  Ack,
  type AnOutcome,
  Block,
  isOutcome,
  type Outcome,
  type OutcomeFields,
  type OutcomeMaker,
  Reject,
  Release,
  Retry,
} from "../core/Outcome.js";
export type { Options } from "../core/options.js";
export type {
  AlreadyExists,
  AlreadySettled,
  ArchiveFailed,
  BrokerError,
  ChangeError,
  CommandIdReused,
  DeciderThrew,
  DecodeRefused,
  Defect,
  EncodeRefused,
  InvalidConfig,
  LeaseLost,
  LogError,
  LogTrimmed,
  LogWentBack,
  NotFound,
  PayloadTooLarge,
  PolicyThrew,
  QueueError,
  ReadError,
  RecordConflict,
  RecordsError,
  SettleError,
  SluiceError,
  SourcingError,
  StoreClosed,
  StoreFull,
  StoreUnavailable,
  StreamClosed,
  StreamPruned,
  TooManyHops,
  VersionConflict,
  WriteError,
  WriteRefused,
  WriteTooLarge,
} from "../core/SluiceError.js";
export { isSluiceError } from "../core/SluiceError.js";
export type {
  CallIt,
  DataOf,
  Emitted,
  ErrorOf,
  LeftOf,
  ResultOf,
  RightOf,
  Uncalled,
  UnlessAny,
  Work,
} from "../core/Work.js";
export { atomically, type JoinError, type JoinedValues, type Write } from "../core/Write.js";
export { type BatchOptions, batch } from "../operators/batch.js";
export { type BlockOptions, block } from "../operators/block.js";
export { catchTag } from "../operators/catchTag.js";
export { deadLetter } from "../operators/deadLetter.js";
export { decide } from "../operators/decide.js";
export { type EnqueueToOptions, enqueueTo } from "../operators/enqueueTo.js";
export { filterData } from "../operators/filterData.js";
export { followUp } from "../operators/followUp.js";
export { handle } from "../operators/handle.js";
export { type AnsweredEach, handleBatch, type ItemOf } from "../operators/handleBatch.js";
export { type ByTag, type Exactly, type HandledBy, handleByTag } from "../operators/handleByTag.js";
export type { Decision, DecisionIn, HasPolicy, When } from "../operators/internal/Decision.js";
export type { HandleOptions } from "../operators/internal/handleWith.js";
export type { HandleContext } from "../operators/internal/WorkContext.js";
export { mapData } from "../operators/mapData.js";
export { retryBackoff } from "../operators/retryBackoff.js";
export { settle } from "../operators/settle.js";
export type { Capabilities } from "../port/Capabilities.js";
export type { BlockDecision, BlockTarget, PastFailure, QueueStats } from "../port/Inspect.js";
export type { Page } from "../port/Page.js";
export type { Store } from "../port/Store.js";
export type { StoreEvent } from "../port/StoreEvent.js";
export type { Logger } from "../port/Warnings.js";
export { queue } from "../queue/makeQueue.js";
export type {
  Blocked,
  DeadLetter,
  Dedupe,
  Enqueued,
  EnqueueOptions,
  MessagesOptions,
  PageOptions,
  Peeked,
  Queue,
  ReceiveOptions,
  RedriveError,
  RedriveOptions,
  Shown,
} from "../queue/Queue.js";
export type { QueueDefinition, QueueLimits } from "../queue/QueueDefinition.js";
export type { AboutMessage, QueueEvent } from "../queue/QueueEvent.js";
