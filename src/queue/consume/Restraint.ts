/**
 * Keeps one source to what its valve lets begin: it leases no more than that, and gives back what has not begun when the room
 * is used up. So nothing waits here for a valve: other consumers have it meanwhile, and the death of this process does
 * not count against it.
 *
 * ```text
 *             the room is used up: gives back, takes the read back
 *   reading ─────────────────────────────────────────────────────▶ waiting
 *      ▲                                                               │
 *      └────────── its time has come, or the valve has told ───────────┘
 * ```
 */
import { Subscription, type Unsubscribable } from "rxjs";
import type { Valve } from "../../core/Valve.js";
import type { QueueStore } from "../../port/Store.js";
import { isUnbegun } from "./givingBack.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";
import type { Puller } from "./Puller.js";

export interface RestraintParts {
  readonly store: QueueStore;
  readonly valve: Valve | undefined;
  readonly keeper: LeaseKeeper;
  readonly puller: Pick<Puller, "pull">;
  /** Gives back what has not begun, and takes back the read that is under way. */
  readonly giveBack: () => void;
}

export class Restraint {
  private watching: Unsubscribable = Subscription.EMPTY;
  private timer: Subscription | undefined;
  private timerAtMs = 0;

  constructor(private readonly parts: RestraintParts) {}

  /** How many more messages may be leased. Where there are none, the source pulls again when there is room. */
  leasable(): number {
    const { valve } = this.parts;
    const room = valve?.room ?? Number.POSITIVE_INFINITY;
    if (valve === undefined || room === Number.POSITIVE_INFINITY) return room;
    const more = room - this.unbegun;
    if (more < 1) this.wait(valve);
    return more;
  }

  start(): void {
    this.watching = this.parts.valve?.watch(() => this.changed()) ?? Subscription.EMPTY;
  }

  stop(): void {
    this.watching.unsubscribe();
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  private changed(): void {
    const { valve, puller, giveBack } = this.parts;
    if (valve?.room === 0) giveBack();
    puller.pull();
  }

  private get unbegun(): number {
    return this.parts.keeper.all().filter(isUnbegun).length;
  }

  /** Comes back when there is room by time. What else gives room is told. */
  private wait({ roomAtMs }: Valve): void {
    if (roomAtMs === undefined || (this.timer !== undefined && this.timerAtMs <= roomAtMs)) return;
    const { scheduler } = this.parts.store;
    this.timer?.unsubscribe();
    this.timerAtMs = roomAtMs;
    this.timer = scheduler.schedule(
      () => {
        this.timer = undefined;
        this.changed();
      },
      Math.max(0, Math.ceil(roomAtMs - scheduler.now())),
    );
  }
}
