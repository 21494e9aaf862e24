/** What a store can do beyond the common contract; suites and benchmarks ask, behaviour never depends on it. */
export interface Capabilities {
  /** Keeps its messages when the process ends. */
  readonly durable: boolean;
  /** Other processes see the same queues. */
  readonly shared: boolean;
  /** Runs on the scheduler it is given, so that tests may hold the time. */
  readonly virtualTime: boolean;
  /**
   * A consumer that waits is told at once of what became ready. Where not, or where the telling is lost, it looks by itself within
   * two seconds.
   */
  readonly hints: boolean;
  /** Under full memory or disk it goes on to settle and to lease; only what is new is refused, as `StoreFull`. */
  readonly settlesWhenFull: boolean;
  /**
   * `bytesMax` of a lease counts the UTF-8 bytes of payloads as they were given. One that keeps them otherwise (compressed, encrypted)
   * may count what it keeps, and so give fewer at a time.
   */
  readonly exactBytes: boolean;
}
