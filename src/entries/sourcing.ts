/** `sluice/sourcing`: commands, events, state; projections and read models. The domain stays plain functions and types. */
export type { ProjectionDropped, ProjectionError, WaitTimedOut } from "../core/SluiceError.js";
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
