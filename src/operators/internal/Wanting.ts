/** Tells the sources of an operator's messages what one subscription of the operator wants. */
import type { Demand, Demands } from "../../core/Demand.js";

export class Wanting {
  /** The demands of the latest message's source. Mostly there is one source, so a message costs no more than comparing this. */
  private latest: Demands | undefined;
  private readonly told = new Set<Demands>();

  /** Tells the source with these demands what the operator wants, once. */
  of(demands: Demands | undefined, demand: Demand): void {
    if (demands === this.latest) return;
    this.latest = demands;
    if (demands === undefined || this.told.has(demands)) return;
    this.told.add(demands);
    demands.tell(this, demand);
  }

  /** The operator wants nothing any more: tells all its sources. */
  end(): void {
    for (const demands of this.told) demands.forget(this);
    this.told.clear();
    this.latest = undefined;
  }
}
