/** `sluice/testing`: virtual time for applications, messages without a queue, and the conformance suite for stores. */
export type { ConformanceCase, StoreFactory, StoreUnderTest } from "../testing/conformance/ConformanceCase.js";
export { conformanceCases } from "../testing/conformance/cases.js";
export { type ConformanceOptions, conformance, type Runner } from "../testing/conformance/conformance.js";
export {
  type QueueStoreConformanceOptions,
  queueStoreCases,
  queueStoreConformance,
} from "../testing/conformance/queueStore/cases.js";
export type { QueueStoreMaker, QueueStoreOptions } from "../testing/conformance/queueStore/Stage.js";
export { runCase } from "../testing/conformance/runCase.js";
export { type Faults, type FaultyStore, faultyStore } from "../testing/faultyStore.js";
export { type Given, given, type When } from "../testing/given.js";
export { type GivenEvents, givenEvents } from "../testing/givenEvents.js";
export { type Configure, type MarblesConfiguration, marblesOf } from "../testing/marblesOf.js";
export { type TestMessage, type TestMessageOptions, testMessage } from "../testing/messages.js";
export type { Replication } from "../testing/replicated.js";
export { type Client, type Expectation, type SimulateOptions, type Simulation, simulate } from "../testing/simulate.js";
export { type TestRecordedOptions, testRecorded } from "../testing/testRecorded.js";
export { type ExpectedSend, type WhenEvent, whenEvent } from "../testing/whenEvent.js";
