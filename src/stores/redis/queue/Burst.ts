/**
 * Single enqueues of one burst. The first of a turn leaves at once, since where latency counts there is only one. The others
 * leave as one call with an answer each, since a call costs the server and this process several times what a message does.
 * Each has a result of its own under its own write id, so that each may be sent again by itself. The gathered ones leave before
 * any other call of the store, so calls take effect in the order in which they were made.
 */
import type { EnqueueStep } from "../../../core/steps/Enqueue.js";
import type { Step } from "../../../core/steps/Step.js";
import { isPlain } from "./parcel.js";

const COUNT_MAX = 1_000;
/** How many UTF-16 units of payload leave in one call; a larger burst leaves in several. */
const LENGTH_MAX = 4 * 1024 * 1024;

/** One enqueue that is a write of its own. */
export interface Single<E> {
  readonly step: EnqueueStep;
  readonly writeId: string;
  readonly end: E;
}

/** The step of a write that is one plain enqueue, and so may leave together with others; undefined for any other write. */
export const singleOf = (lists: ReadonlyArray<ReadonlyArray<Step>>): EnqueueStep | undefined => {
  const step = lists.length === 1 && lists[0]?.length === 1 ? lists[0][0] : undefined;
  return step?._tag === "Enqueue" && isPlain(step) ? step : undefined;
};

export class Burst<E> {
  private turn = false;
  private gathered: Array<Single<E>> = [];
  private ids = new Set<string>();
  private length = 0;

  constructor(
    private readonly send: (singles: ReadonlyArray<Single<E>>) => void,
    /** Called when the first one begins to wait. */
    private readonly onWait: () => void,
  ) {}

  add(single: Single<E>): void {
    if (!this.turn) {
      this.turn = true;
      process.nextTick(() => {
        this.turn = false;
        this.leave();
      });
      this.send([single]);
      return;
    }
    if (!this.fits(single)) this.leave();
    if (this.gathered.length === 0) this.onWait();
    this.gathered.push(single);
    this.ids.add(single.writeId);
    this.length += single.step.payload.length;
  }

  /** Sends what has gathered. */
  leave(): void {
    const { gathered } = this;
    if (gathered.length === 0) return;
    this.gathered = [];
    this.ids = new Set();
    this.length = 0;
    this.send(gathered);
  }

  private fits({ step, writeId }: Single<E>): boolean {
    const first = this.gathered[0]?.step;
    if (first === undefined) return true;
    if (first.queue !== step.queue || first.priority !== step.priority || this.ids.has(writeId)) return false;
    return this.gathered.length < COUNT_MAX && this.length + step.payload.length <= LENGTH_MAX;
  }
}
