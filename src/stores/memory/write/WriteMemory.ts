/** The answers of recent calls that changed something, by write id: a call that is sent again is answered from here. */

interface Kept {
  readonly answer: unknown;
}

/** Answers are kept for at least this long (milliseconds), unless there are too many. */
const AGE_MS_MAX = 60 * 60 * 1000;
/** A generation holds the answers of this many steps; a write that begins below it may go beyond. */
const STEPS_MAX = 10_000;

/**
 * It keeps two generations. When the younger one is an hour old or full, the older one is dropped whole and a new one begins.
 * There is one entry a call, so a message costs nothing of its own. Where writes are many, the count ends a generation long
 * before the hour. That is enough: this store answers before `write` returns, so a call is sent again only by a wrapper that loses
 * answers on purpose, and soon.
 */
export class WriteMemory {
  private young = new Map<string, Kept>();
  private old = new Map<string, Kept>();
  private youngSteps = 0;
  private youngSinceMs = 0;

  /** What this call answered before, else runs it and keeps its answer, which counts as this many steps. */
  once<A>(writeId: string, { steps, nowMs }: { readonly steps: number; readonly nowMs: number }, call: () => A): A {
    if (nowMs - this.youngSinceMs >= AGE_MS_MAX) this.turn(nowMs);
    const known = this.young.get(writeId) ?? this.old.get(writeId);
    // A write id names one call, so the kept answer has the type of this call's answer.
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
