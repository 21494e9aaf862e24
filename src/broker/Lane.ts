/** One lane of a broker: its reactions, its queue and its limits, with all that its parts need. */
import type { Subject } from "rxjs";
import type { EventStore, Store } from "../port/Store.js";
import type { Queue } from "../queue/Queue.js";
import type { Correlate } from "./correlate/Routing.js";
import type { Holding } from "./deliver/Holding.js";
import type { Kept } from "./Kept.js";
import type { Pending } from "./Pending.js";
import type { LaneRegister, Register } from "./Register.js";

export interface LaneLimits {
  /** Undefined: that of the run. */
  readonly concurrency: number | undefined;
  readonly leaseMs: number;
  readonly pendingMax: number;
}

export interface Lane extends LaneLimits {
  readonly name: string;
  readonly broker: string;
  readonly store: Store;
  readonly sources: ReadonlyArray<EventStore>;
  readonly correlate: Correlate | undefined;
  readonly kept: Kept;
  /** All reactions of the broker. */
  readonly all: Register;
  /** Those of this lane. */
  readonly register: LaneRegister;
  readonly queue: Queue<Pending>;
  readonly queueName: string;
  /** What this broker object leaves to other processes. */
  readonly holding: Holding;
  /** Told where people of this process have changed what all processes agree upon. */
  readonly changed$: Subject<void>;
}
