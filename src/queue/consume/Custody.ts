/**
 * In whose hands one delivery is.
 *
 * ```text
 *   arriving ──emitted──▶ given ◀──let go of── held
 *       └──────────── taken in hand ────────────▲
 * ```
 *
 * - arriving: its source has it, and has not emitted it yet.
 * - given: user code has it, and nobody but user code knows how far it is.
 * - held: an operator has it in hand.
 *
 * An interruption takes it out of the hands of its holder, and of everybody who takes it in hand later.
 */
import type { Interrupted } from "../../core/Failure.js";
import type { Holder } from "../../core/Message.js";

export class Custody {
  /** Its work has begun: said by the operator that runs it. */
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

  /** Whether it may be under way: a message that never began may be given back at any time. */
  get begun(): boolean {
    return this.working || this.given;
  }

  /** Answers whether the holder may keep it. */
  take(holder: Holder): boolean {
    this.holder = holder;
    this.given = false;
    if (this.interrupted === undefined) return true;
    this.interrupt(this.interrupted);
    return false;
  }

  /** Answers whether it was in the hands of this holder. */
  letGo(holder: Holder): boolean {
    if (this.holder !== holder) return false;
    this.holder = undefined;
    this.given = true;
    return true;
  }

  /** Takes it away; the holder is told once. */
  interrupt(reason: Interrupted["reason"]): void {
    const { holder } = this;
    this.interrupted = reason;
    this.holder = undefined;
    holder?.(reason);
  }

  /** Whoever takes it in hand from now on is too late, and is told so. */
  close(): void {
    this.interrupted = "lease lost";
  }
}
