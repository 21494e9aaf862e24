/** The answers of recent writes, by write id: a resend is answered from here. */
import type { WriteAnswer } from "../../core/Step.js";

type Answers = ReadonlyArray<WriteAnswer>;

/** Write ids are kept for at least this long (milliseconds), as long as their number allows. */
const AGE_MS_MAX = 60 * 60 * 1000;
/** One generation holds the answers of so many steps, or of the one larger write. */
const STEPS_MAX = 10_000;

/**
 * Two generations; the older one is dropped whole, when the younger is an hour old or full. One entry per round trip, so a
 * message costs nothing of its own. The count bounds it long before the hour where writes are many: here the answer is
 * given before `write` returns, so only a wrapper that loses it on purpose ever asks again, and soon.
 */
export class WriteMemory {
  private young = new Map<string, Answers>();
  private old = new Map<string, Answers>();
  private youngSteps = 0;
  private youngSinceMs = 0;

  find(writeId: string, nowMs: number): Answers | undefined {
    if (nowMs - this.youngSinceMs >= AGE_MS_MAX) this.turn(nowMs);
    return this.young.get(writeId) ?? this.old.get(writeId);
  }

  keep(writeId: string, answers: Answers, { steps, nowMs }: { readonly steps: number; readonly nowMs: number }): void {
    if (this.youngSteps >= STEPS_MAX) this.turn(nowMs);
    this.young.set(writeId, answers);
    this.youngSteps += steps;
  }

  private turn(nowMs: number): void {
    this.old = nowMs - this.youngSinceMs >= 2 * AGE_MS_MAX ? new Map<string, Answers>() : this.young;
    this.young = new Map();
    this.youngSteps = 0;
    this.youngSinceMs = nowMs;
  }
}
