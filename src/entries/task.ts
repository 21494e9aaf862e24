/** `sluice/task`: the fp-ts face. Use it as `import * as Q from "sluice/task"`. */
export type { Rejected } from "../sourcing/Rejected.js";
export * as B from "../task/broker.js";
export type {
  AggregateTasks,
  CallsOf,
  LogTasks,
  OnAggregate,
  OnBroker,
  OnDurable,
  OnGet,
  OnHub,
  OnLog,
  OnQueue,
  OnReadModel,
  OnRecords,
  RecordTasks,
  TaskOf,
  TaskOfEither,
} from "../task/calls.js";
export { connect } from "../task/connect.js";
export { type ConsumeOptions, consume, type Tally } from "../task/consume.js";
export { fromEffect, type QueueTask } from "../task/fromEffect.js";
export type { ExecutionTally, RunTaskOptions } from "../task/hub.js";
export * as H from "../task/hub.js";
export * as L from "../task/log.js";
export {
  ack,
  block,
  extend,
  type IOMessage,
  reject,
  release,
  retry,
  settle,
  type TaskMessage,
  toIOMessage,
  toTaskMessage,
} from "../task/messages.js";
export {
  blocked,
  deadLetters,
  enqueue,
  enqueueAll,
  pause,
  peek,
  purge,
  receive,
  redrive,
  resume,
  stats,
  unblock,
} from "../task/queues.js";
export * as R from "../task/records.js";
export * as S from "../task/sourcing.js";
