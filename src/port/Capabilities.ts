/** What a store can do beyond the common contract; suites and benchmarks ask, behaviour never depends on it. */
export interface Capabilities {
  /** Keeps its messages when the process ends. */
  readonly durable: boolean;
  /** Other processes see the same queues. */
  readonly shared: boolean;
  /** Runs on the scheduler it is given, so that tests may hold the time. */
  readonly virtualTime: boolean;
}
