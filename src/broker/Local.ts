/** What the parts of one broker share in this process: what happens, and what runs. */
import type { Unsubscribable } from "rxjs";
import type { CorrelatorEvent } from "./correlate/told.js";
import type { Sink } from "./Sink.js";

export class Local {
  /** How many runs there are. */
  private runs = 0;
  /** By lane, and then by run: how many deliveries are under way. */
  private readonly deliveries = new Map<string, Map<string, number>>();
  /** The lanes and runs that correlate. */
  private readonly correlating = new Set<string>();

  constructor(readonly sink: Sink) {}

  /** A run has begun; its end is told by the answer. */
  running(): Unsubscribable {
    this.runs += 1;
    return { unsubscribe: () => (this.runs -= 1) };
  }

  get isRunning(): boolean {
    return this.runs > 0;
  }

  runningIn(lane: string, run: string, deliveries: number): void {
    const runs = this.deliveries.get(lane) ?? new Map<string, number>();
    this.deliveries.set(lane, runs);
    if (deliveries === 0) runs.delete(run);
    else runs.set(run, deliveries);
  }

  deliveriesIn(lane: string): number {
    let sum = 0;
    for (const deliveries of this.deliveries.get(lane)?.values() ?? []) sum += deliveries;
    return sum;
  }

  get correlatesSome(): boolean {
    return this.correlating.size > 0;
  }

  correlates(lane: string, run: string, does: boolean): void {
    if (does) this.correlating.add(`${lane} ${run}`);
    else this.correlating.delete(`${lane} ${run}`);
  }

  correlated(lane: string, run: string, event: CorrelatorEvent): void {
    switch (event._tag) {
      case "CaughtUp":
        this.correlates(lane, run, true);
        break;
      case "StandsBy":
        this.correlates(lane, run, false);
        break;
      case "Lacks":
        this.sink.tell({ ...event, lane });
        break;
      default:
        this.correlates(lane, run, true);
        this.tell(lane, event);
    }
  }

  private tell(lane: string, event: Extract<CorrelatorEvent, { readonly _tag: "Correlated" | "Full" }>): void {
    if (event._tag === "Full") this.sink.tell({ ...event, lane });
    else {
      const { events, messages, position } = event;
      this.sink.tell({ _tag: "Correlated", lane, events, messages, position });
    }
  }
}
