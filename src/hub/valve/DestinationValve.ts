/** Lets executions at a destination begin: as many as its rate and its breaker let, of all runs of this process together. */
import type { SchedulerLike, Unsubscribable } from "rxjs";
import type { Valve } from "../../core/Valve.js";
import { Breaker, type BreakerOptions, type Sign } from "./Breaker.js";
import { Rate } from "./Rate.js";

export interface ValveParts {
  readonly scheduler: SchedulerLike;
  readonly ratePerSecondMax: number | undefined;
  readonly breaker: BreakerOptions | undefined;
  readonly onOpened: (opened: { readonly failures: number; readonly untilMs: number; readonly error: string }) => void;
  readonly onClosed: () => void;
}

/** Of one execution, from its delivery on. */
export interface Permit {
  /** Its handler is called now. False: it must not be, since the breaker has opened meanwhile. */
  readonly begin: () => boolean;
  /** Without effect the second time. `error`: one line. */
  readonly end: (sign: Sign, error?: string) => void;
}

export class DestinationValve implements Valve {
  private readonly rate: Rate | undefined;
  private readonly breaker: Breaker | undefined;
  private readonly watching = new Set<() => void>();

  constructor(private readonly parts: ValveParts) {
    const { ratePerSecondMax, breaker } = parts;
    this.rate = ratePerSecondMax === undefined ? undefined : new Rate(ratePerSecondMax);
    this.breaker = breaker === undefined ? undefined : new Breaker(breaker);
  }

  get room(): number {
    const nowMs = this.parts.scheduler.now();
    const most = this.breaker?.room(nowMs) ?? Number.POSITIVE_INFINITY;
    return Math.min(most, this.rate?.room(nowMs) ?? Number.POSITIVE_INFINITY);
  }

  get roomAtMs(): number | undefined {
    if (this.room > 0) return undefined;
    const nowMs = this.parts.scheduler.now();
    return this.breaker?.room(nowMs) === 0 ? this.breaker.roomAtMs : this.rate?.roomAtMs(nowMs);
  }

  watch(onChange: () => void): Unsubscribable {
    const own = (): void => onChange();
    this.watching.add(own);
    return { unsubscribe: () => this.watching.delete(own) };
  }

  /** Undefined where there is no room. */
  take(): Permit | undefined {
    if (this.room < 1) return undefined;
    const { scheduler } = this.parts;
    const { rate, breaker } = this;
    let state: "taken" | "begun" | "ended" = "taken";
    rate?.take();
    const generation = breaker?.take() ?? 0;
    if (this.room === 0) this.tell();
    return {
      begin: () => {
        if (state !== "taken" || breaker?.hasOpenedSince(generation) === true) return false;
        state = "begun";
        if (rate?.begin(scheduler.now()) === true && this.room === 0) this.tell();
        return true;
      },
      end: (sign, error = "") => {
        if (state === "ended") return;
        if (state === "taken") rate?.free();
        const freed = state === "taken" && rate !== undefined;
        state = "ended";
        const changed = breaker?.ended(generation, sign, scheduler.now());
        if (changed === "opened") this.opened(error);
        else if (changed === "closed") this.parts.onClosed();
        if (freed || changed !== undefined) this.tell();
      },
    };
  }

  private opened(error: string): void {
    const { failures = 0, untilMs = 0 } = this.breaker ?? {};
    this.parts.onOpened({ failures, untilMs, error });
  }

  private tell(): void {
    for (const onChange of [...this.watching]) onChange();
  }
}
