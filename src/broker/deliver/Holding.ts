/** Events that this process leaves to others, since it lacks a reaction of them: since when it does, and for how long from now on. */
import { delivery as deliveryOf, type Message } from "../../core/Message.js";
import type { MessageId } from "../../core/MessageId.js";
import { Block, type Outcome, Release } from "../../core/Outcome.js";
import type { Pending } from "../Pending.js";

/** Then it waits for people: there may be no other process that could handle it. */
const HELD_MS_MAX = 10 * 60_000;

/**
 * An event is left alone for as long again as it was left so far: so what nobody here can handle takes up less and less of the time that
 * the others need, and a process that joins in a deploy has it soon. In milliseconds.
 */
const DELAY_MS_MIN = 200;
const DELAY_MS_MAX = 10_000;

/** What did not come again so long after it was due has gone to others. */
const GONE_MS = 60_000;

/** So many are known at most; beyond them an event is left alone for the longest time, and is known once there is room. */
const KNOWN_MAX = 10_000;

interface Held {
  readonly sinceMs: number;
  readonly dueMs: number;
}

export class Holding {
  /** Those that came last are last. */
  private readonly held = new Map<MessageId, Held>();

  constructor(private readonly knownMax: number = KNOWN_MAX) {}

  /** What becomes of a message of a reaction of this name: given back, uncounted, or blocked after ten minutes of that. */
  outcomeOf(message: Message<Pending>, reaction: string): Outcome {
    const cause = lacking(reaction);
    const delayMs = this.delayMs(message.id, message[deliveryOf].nowMs());
    return delayMs === undefined ? Block({ cause, scope: "key" }) : Release({ reason: cause, delayMs });
  }

  private delayMs(id: MessageId, nowMs: number): number | undefined {
    const sinceMs = this.held.get(id)?.sinceMs ?? nowMs;
    this.held.delete(id);
    const heldMs = nowMs - sinceMs;
    if (heldMs >= HELD_MS_MAX) return undefined;
    this.forget(nowMs);
    if (this.held.size >= this.knownMax) return DELAY_MS_MAX;
    const delayMs = Math.min(Math.max(DELAY_MS_MIN, heldMs), DELAY_MS_MAX);
    this.held.set(id, { sinceMs, dueMs: nowMs + delayMs });
    return delayMs;
  }

  /** Those that have gone to others. The first of the list were asked for longest ago, so it stops at one that may still come. */
  private forget(nowMs: number): void {
    for (const [id, { dueMs }] of this.held) {
      if (dueMs + GONE_MS > nowMs) return;
      this.held.delete(id);
    }
  }
}

/** What to do about it stands in the cause of the block. */
export const lacking = (reaction: string): string =>
  `this program has no reaction ${JSON.stringify(reaction)}; register it (with .void(), to pass such events), or skip the target`;
