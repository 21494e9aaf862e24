/** The queues that the parent and the consumers share: each process makes them of the same definitions. */
import * as t from "io-ts";
import { type Queue, queue, type Store } from "sluice";

const Job = t.type({ number: t.number });
type Job = t.TypeOf<typeof Job>;

/** Written with the ack of a job, or not at all: so each job is in it exactly once, whoever crashed. */
export const Done = t.type({ job: t.number, attempt: t.number, consumer: t.string });
export type Done = t.TypeOf<typeof Done>;

export interface Queues {
  readonly jobs: Queue<Job>;
  readonly done: Queue<Done>;
}

export const openQueues = (store: Store): Queues => ({
  // The lease is how long the jobs of a dead consumer stay out of reach; while it lives, the library renews it.
  jobs: queue(store, { name: "jobs", codec: Job, leaseMs: 1_000 }),
  done: queue(store, { name: "done", codec: Done }),
});
