/** The second argument of a handler. */

/** What a handler gets beside the message or batch. */
export interface HandleContext {
  /**
   * Aborts when the work is unsubscribed before its end: by a timeout, a lost lease, a stop, or the end of the pipeline. It is made
   * when it is first read, since an AbortController costs 3 µs.
   */
  readonly signal: AbortSignal;
}

export class WorkContext implements HandleContext {
  private controller: AbortController | undefined;
  private aborted = false;

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.aborted) this.controller.abort();
    }
    return this.controller.signal;
  }

  abort(): void {
    this.aborted = true;
    this.controller?.abort();
  }
}
