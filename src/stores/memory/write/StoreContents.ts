/** All that a memory store keeps, and nothing of what it does: a copy of it is another store's beginning. */
import type { SchedulerLike } from "rxjs";
import { LogState } from "../log/LogState.js";
import { IdleConsumers } from "../queue/IdleConsumers.js";
import { type QueueLimits, QueueState } from "../queue/QueueState.js";
import { CollectionState } from "../records/CollectionState.js";
import { copyOf } from "./copyOf.js";
import type { Contents } from "./Performer.js";
import { WriteMemory } from "./WriteMemory.js";

export class StoreContents implements Contents {
  readonly queues: Map<string, QueueState> = new Map<string, QueueState>();
  readonly collections: Map<string, CollectionState> = new Map<string, CollectionState>();
  readonly log: LogState = new LogState();
  readonly writes: WriteMemory = new WriteMemory();

  constructor(
    private readonly scheduler: SchedulerLike,
    private readonly limits: QueueLimits,
  ) {}

  queue(name: string): QueueState {
    const known = this.queues.get(name);
    if (known !== undefined) return known;
    const made = new QueueState(name, this.scheduler, this.limits);
    this.queues.set(name, made);
    return made;
  }

  collection(name: string): CollectionState {
    let collection = this.collections.get(name);
    if (collection === undefined) {
      collection = new CollectionState();
      this.collections.set(name, collection);
    }
    return collection;
  }

  /** The same as it is now, upon the same clock. Nobody waits in it. It takes time and memory for all that is kept. */
  copy(): StoreContents {
    const { scheduler } = this;
    return copyOf<StoreContents>(this, {
      instead: (value, copied) => {
        if (value === scheduler) return scheduler;
        return value instanceof IdleConsumers ? new IdleConsumers(copied(value.queue), scheduler) : undefined;
      },
    });
  }
}
