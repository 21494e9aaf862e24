/** `sluice/sourcing`: commands, events, state; projections and read models; policies. The domain stays plain functions and types. */
export type {
  AlreadyExists,
  CommandIdReused,
  DeciderThrew,
  NotFound,
  PolicyThrew,
  ProjectionDropped,
  ProjectionError,
  SourcingError,
  StreamPruned,
  TooManyHops,
  WaitTimedOut,
} from "../core/SluiceError.js";
export type {
  Aggregate,
  Calls,
  CommandContext,
  CommandError,
  CommandOptions,
  Decided,
  DecidedEvent,
  Decision,
  Entity,
  LoadError,
} from "../sourcing/Aggregate.js";
export type {
  AggregateDefinition,
  Closed,
  PoolLimits,
  Snapshots,
  Versioned,
} from "../sourcing/AggregateDefinition.js";
export type { Decider } from "../sourcing/Decider.js";
export type { EntryLogger, LogEntry, LogEntryTag, Severity } from "../sourcing/LogEntry.js";
export { aggregate } from "../sourcing/makeAggregate.js";
export { type Cause, type Causing, causedBy } from "../sourcing/policies/causedBy.js";
export { policy } from "../sourcing/policies/makePolicy.js";
export type {
  Policy,
  PolicyError,
  PolicyOptions,
  Reacted,
  RejectedSend,
  RejectionOf,
  Send,
} from "../sourcing/policies/Policy.js";
export { send } from "../sourcing/policies/send.js";
export type { PoolStats } from "../sourcing/pool/Pool.js";
export { projection } from "../sourcing/projections/makeProjection.js";
export { readModel } from "../sourcing/projections/makeReadModel.js";
export type {
  Durable,
  Evolve,
  Lag,
  Progress,
  Projected,
  ProjectedEvents,
  Projection,
  ProjectionDefinition,
  ReadModel,
  ReadModelDefinition,
  RunOptions,
  WaitOptions,
} from "../sourcing/projections/Projection.js";
