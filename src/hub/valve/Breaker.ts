/**
 * Keeps executions from a destination that fails.
 *
 * ```text
 *            breakAfter failures in a row            breakMs             one begins
 *   closed ─────────────────────────────▶ open ─────────────▶ half-open ───────────▶ trial
 *      ▲                                   ▲                      ▲                  │ │ │
 *      │                                   │                      └─ it says nothing ┘ │ │
 *      │                                   └─────────────────── it fails ──────────────┘ │
 *      └──────────────────────────────── it ends well ───────────────────────────────────┘
 * ```
 *
 * What began before the breaker opened counts no more: it says how the destination was.
 */

/** What an execution says of its destination: it fails, or does not; or it says nothing. */
export type Sign = "well" | "badly" | "neither";

/** What an execution has changed. */
export type Change = "opened" | "closed" | "free" | undefined;

export interface BreakerOptions {
  readonly breakAfter: number;
  readonly breakMs: number;
}

export class Breaker {
  private state: "closed" | "open" | "trial" = "closed";
  /** How many failures there were in a row, trials included. */
  failures = 0;
  /** Where it is open: until then. */
  untilMs = 0;
  /** Of executions whose end counts. */
  private generation = 0;

  constructor(private readonly options: BreakerOptions) {}

  room(nowMs: number): number {
    switch (this.state) {
      case "closed":
        return Number.POSITIVE_INFINITY;
      case "open":
        return nowMs < this.untilMs ? 0 : 1;
      case "trial":
        return 0;
    }
  }

  get roomAtMs(): number | undefined {
    return this.state === "open" ? this.untilMs : undefined;
  }

  /** One begins: answers by what its end is known. */
  take(): number {
    if (this.state === "open") {
      this.state = "trial";
      this.generation += 1;
    }
    return this.generation;
  }

  /** Whether the breaker has opened since this was taken. */
  hasOpenedSince(generation: number): boolean {
    return generation !== this.generation;
  }

  ended(generation: number, sign: Sign, nowMs: number): Change {
    if (generation !== this.generation || this.state === "open") return undefined;
    if (sign === "neither") return this.state === "trial" ? this.again() : undefined;
    if (sign === "badly") return this.failed(nowMs);
    const changed = this.state === "trial" ? "closed" : undefined;
    this.state = "closed";
    this.failures = 0;
    return changed;
  }

  /** Another trial may be made at once. */
  private again(): Change {
    this.state = "open";
    return "free";
  }

  private failed(nowMs: number): Change {
    const { breakAfter, breakMs } = this.options;
    this.failures += 1;
    if (this.state === "closed" && this.failures < breakAfter) return undefined;
    this.state = "open";
    this.generation += 1;
    this.untilMs = nowMs + breakMs;
    return "opened";
  }
}
