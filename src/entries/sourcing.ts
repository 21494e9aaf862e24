/** `sluice/sourcing`: commands, events, state; projections and read models. The domain stays plain functions and types. */
export type {
  AlreadyExists,
  CommandIdReused,
  DeciderThrew,
  NotFound,
  ProjectionDropped,
  ProjectionError,
  SourcingError,
  StreamPruned,
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
