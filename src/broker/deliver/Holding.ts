/** Events that this process leaves to another one, since it lacks a reaction of them: since when it does. */
import type { MessageId } from "../../core/MessageId.js";

/** So many are known at most; the oldest is forgotten first, and begins anew. */
const KNOWN_MAX = 10_000;

export class Holding {
  private readonly sinceMs = new Map<MessageId, number>();

  /** For how long this event has been left to others by now. */
  forMs(id: MessageId, nowMs: number): number {
    const since = this.sinceMs.get(id);
    if (since !== undefined) return nowMs - since;
    const [oldest] = this.sinceMs.keys();
    if (this.sinceMs.size >= KNOWN_MAX && oldest !== undefined) this.sinceMs.delete(oldest);
    this.sinceMs.set(id, nowMs);
    return 0;
  }

  forget(id: MessageId): void {
    this.sinceMs.delete(id);
  }
}
