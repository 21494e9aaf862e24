/**
 * In whose hands the message of one delivery is.
 *
 * ```text
 *   arriving ──emitted──▶ given ◀──let go of── held
 *       └──────────── taken in hand ────────────▲
 * ```
 *
 * - arriving: its source has it, and has not emitted it yet.
 * - given: user code has it, and only user code knows how far it is.
 * - held: an operator has it in hand.
 *
 * An interruption takes the message away from its holder, and from every later holder at once.
 */
import type { Interrupted } from "../../core/Failure.js";
import type { Holder } from "../../core/Message.js";

export class Custody {
  /** Whether its work has begun: the operator that runs it says so. */
  working = false;
  given = false;
  private holder: Holder | undefined = undefined;
  private interrupted: Interrupted["reason"] | undefined = undefined;

  get held(): boolean {
    return this.holder !== undefined;
  }

  get arriving(): boolean {
    return !this.given && this.holder === undefined;
  }

  /** Whether its work may be under way. A message that has not begun may be given back at any time. */
  get begun(): boolean {
    return this.working || this.given;
  }

  /** The holder takes the message in hand. Answers whether it may keep it. */
  take(holder: Holder): boolean {
    this.holder = holder;
    this.given = false;
    if (this.interrupted === undefined) return true;
    this.interrupt(this.interrupted);
    return false;
  }

  /** The holder lets go of the message. Answers whether it was the one that had it. */
  letGo(holder: Holder): boolean {
    if (this.holder !== holder) return false;
    this.holder = undefined;
    this.given = true;
    return true;
  }

  /** Takes the message away. The holder is told once. */
  interrupt(reason: Interrupted["reason"]): void {
    const { holder } = this;
    this.interrupted = reason;
    this.holder = undefined;
    holder?.(reason);
  }

  /** Whoever takes the message in hand from now on is told that its lease is lost. */
  close(): void {
    this.interrupted = "lease lost";
  }
}
