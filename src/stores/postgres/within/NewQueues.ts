/**
 * The queues that a transaction writes to and that nobody here knows to be there. A queue is made outside of the transaction, which may stay open
 * for long, and whoever names the queue would wait for it.
 */
import type { Lists } from "../write/parts.js";

export interface NewQueuesOptions {
  /** Those that are known to be there, of the whole store. */
  readonly known: Set<string>;
  readonly make: (names: ReadonlyArray<string>) => Promise<void>;
}

export class NewQueues {
  private readonly asked = new Set<string>();

  constructor(private readonly options: NewQueuesOptions) {}

  /** These lists are going to be written. */
  add(lists: Lists): void {
    for (const list of lists)
      for (const step of list) if ("queue" in step && !this.options.known.has(step.queue)) this.asked.add(step.queue);
  }

  get names(): ReadonlyArray<string> {
    return [...this.asked];
  }

  make(names: ReadonlyArray<string>): Promise<void> {
    return this.options.make(names);
  }

  areThere(names: ReadonlyArray<string>): void {
    for (const name of names) {
      this.options.known.add(name);
      this.asked.delete(name);
    }
  }
}
