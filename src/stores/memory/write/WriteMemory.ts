/** The answers of recent calls that changed something, by write id: a resend is answered from here. */

interface Kept {
  readonly answer: unknown;
}

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
  private young = new Map<string, Kept>();
  private old = new Map<string, Kept>();
  private youngSteps = 0;
  private youngSinceMs = 0;

  /** What this call answered before, or what it answers now. `steps` is what its answer weighs. */
  once<A>(writeId: string, { steps, nowMs }: { readonly steps: number; readonly nowMs: number }, call: () => A): A {
    if (nowMs - this.youngSinceMs >= AGE_MS_MAX) this.turn(nowMs);
    const known = this.young.get(writeId) ?? this.old.get(writeId);
    // A write id names one call, so what it answered has the type of what it answers.
    if (known !== undefined) return known.answer as A;
    const answer = call();
    if (this.youngSteps >= STEPS_MAX) this.turn(nowMs);
    this.young.set(writeId, { answer });
    this.youngSteps += steps;
    return answer;
  }

  private turn(nowMs: number): void {
    this.old = nowMs - this.youngSinceMs >= 2 * AGE_MS_MAX ? new Map<string, Kept>() : this.young;
    this.young = new Map();
    this.youngSteps = 0;
    this.youngSinceMs = nowMs;
  }
}
