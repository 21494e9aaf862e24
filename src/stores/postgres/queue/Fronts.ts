/**
 * Where the line of a queue begins, behind those of its messages that are leased or gone.
 *
 * A lease reads the line from its front, and leased messages stand in it, as deleted ones do for as long as some transaction may still see them. To
 * pass many of them costs more than all else of a lease. So a lease that passed many is told the place of the first message that it got, and for a
 * while those that follow begin there, where that fills them.
 *
 * What returns to a place before that is seen late: by the time that a front is good for where another process returned it. Where this one did the
 * front is dropped before the write is sent, so the next lease sees it.
 */
/** So long a front is good for (milliseconds). */
const FRONT_MS_MAX = 100;

/** The first message that a lease got: its level, and its place as the server writes it. */
export interface Front {
  readonly level: number;
  readonly place: string;
}

export class Fronts {
  private readonly fronts = new Map<string, Front & { readonly untilMs: number }>();

  /** @param nowMs the clock of the store */
  constructor(private readonly nowMs: () => number) {}

  /** Where the line of this queue begins, as far as that is known. */
  of(queue: string): Front | undefined {
    const front = this.fronts.get(queue);
    if (front === undefined || front.untilMs > this.nowMs()) return front;
    this.fronts.delete(queue);
    return undefined;
  }

  /** A lease that read the whole line passed many before it came to this message. */
  told(queue: string, { level, place }: Front): void {
    this.fronts.set(queue, { level, place, untilMs: this.nowMs() + FRONT_MS_MAX });
  }

  /** Something returned to its place in these queues. */
  drop(queues: ReadonlyArray<string>): void {
    for (const queue of queues) this.fronts.delete(queue);
  }
}
