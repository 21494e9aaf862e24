/** `sluice/reader`: the tasks of `sluice/task`, from definitions without a store. Use it as `import * as RQ from "sluice/reader"`. */
export type { OnReactions } from "../task/reader/broker.js";
export * as RB from "../task/reader/broker.js";
export { consume } from "../task/reader/consume.js";
export type { OnHubDefinition } from "../task/reader/hub.js";
export * as RH from "../task/reader/hub.js";
export type { LogReaders, OnCodec } from "../task/reader/log.js";
export * as RL from "../task/reader/log.js";
export {
  ack,
  block,
  extend,
  type Lifted,
  type OnMessage,
  reject,
  release,
  retry,
  settle,
} from "../task/reader/messages.js";
export {
  blocked,
  deadLetters,
  enqueue,
  enqueueAll,
  type OnDefinition,
  pause,
  peek,
  purge,
  type ReaderOf,
  receive,
  redrive,
  resume,
  stats,
  unblock,
} from "../task/reader/queues.js";
export type { OnCollection, RecordReaders } from "../task/reader/records.js";
export * as RR from "../task/reader/records.js";
export type { HasStore, StoreTask } from "../task/reader/StoreTask.js";
export type { AggregateReaders, OnCategory, OnGettable, OnModel, OnProjected } from "../task/reader/sourcing.js";
export * as RS from "../task/reader/sourcing.js";
