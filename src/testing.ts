/** `sluice/testing`: virtual time for applications, and the conformance suite for stores. */
export { type FaultyStore, type Faults, faultyStore } from "./testing/faultyStore.js";
export { type Configure, type MarblesConfiguration, marblesOf } from "./testing/marblesOf.js";
export { type Client, type Expectation, type SimulateOptions, type Simulation, simulate } from "./testing/simulate.js";
