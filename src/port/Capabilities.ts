/** What a store can do beyond the common contract. Suites and benchmarks ask for it; the behaviour of the library never depends on it. */
export interface Capabilities {
  /** Keeps its messages when the process ends. */
  readonly durable: boolean;
  /** Other processes see the same queues. */
  readonly shared: boolean;
  /** Runs on the scheduler that it is given, so that tests can move its time. */
  readonly virtualTime: boolean;
  /**
   * A consumer that waits is told at once that something became ready. Without this, or where such a hint is lost, the consumer
   * finds it within two seconds.
   */
  readonly hints: boolean;
  /** With full memory or disk it still settles and leases, and refuses only new messages, as `StoreFull`. */
  readonly settlesWhenFull: boolean;
  /**
   * `bytesMax` of a lease counts the UTF-8 bytes of payloads as they were given. A store that keeps them otherwise (compressed,
   * encrypted) may count the bytes that it keeps, and so give fewer messages at a time.
   */
  readonly exactBytes: boolean;
}
