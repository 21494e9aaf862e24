/** The dedupe ids of one queue. Each is kept until its window is over or, where the window has no end, until its message has left. */
import type { MessageId } from "../../../core/MessageId.js";

interface Seen {
  readonly id: MessageId;
  readonly untilMs: number;
}

/**
 * Windows differ in length, so they do not end in the order in which they began. Each addition looks at the next two ids,
 * round and round, and drops those whose window is over. That bounds the memory to about twice the living ids, without a timer.
 */
export class DedupeWindow {
  private readonly seen = new Map<string, Seen>();
  /** Undefined: it begins at the first one. */
  private sweep: IterableIterator<[string, Seen]> | undefined;

  /** The message that this dedupe id stands for within its window. */
  find(dedupeId: string, nowMs: number): MessageId | undefined {
    const seen = this.seen.get(dedupeId);
    return seen !== undefined && seen.untilMs > nowMs ? seen.id : undefined;
  }

  add(
    dedupeId: string,
    id: MessageId,
    { windowMs, nowMs }: { readonly windowMs: number; readonly nowMs: number },
  ): void {
    if (windowMs === 0) return;
    this.seen.set(dedupeId, { id, untilMs: nowMs + windowMs });
    this.dropOver(nowMs);
    this.dropOver(nowMs);
  }

  /** Frees the dedupe id of a message that has left the queue, if it stands for this message and its window has no end. */
  end(dedupeId: string, id: MessageId): void {
    const seen = this.seen.get(dedupeId);
    if (seen?.id === id && seen.untilMs === Number.POSITIVE_INFINITY) this.seen.delete(dedupeId);
  }

  private dropOver(nowMs: number): void {
    this.sweep ??= this.seen.entries();
    const step = this.sweep.next();
    if (step.done === true) {
      this.sweep = undefined;
      return;
    }
    const [dedupeId, seen] = step.value;
    if (seen.untilMs <= nowMs) this.seen.delete(dedupeId);
  }
}
