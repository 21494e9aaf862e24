/** How one subscription of an operator tells the sources of its messages what it wants. */
import type { Demand, Demands } from "../../core/Demand.js";

export class Wanting {
  /** The ledger of the latest message: mostly there is one source, and this is all that a message costs. */
  private latest: Demands | undefined;
  private readonly told = new Set<Demands>();

  /** Tells the source with this ledger, once. */
  of(demands: Demands | undefined, demand: Demand): void {
    if (demands === this.latest) return;
    this.latest = demands;
    if (demands === undefined || this.told.has(demands)) return;
    this.told.add(demands);
    demands.tell(this, demand);
  }

  /** Takes it back everywhere. */
  end(): void {
    for (const demands of this.told) demands.forget(this);
    this.told.clear();
    this.latest = undefined;
  }
}
