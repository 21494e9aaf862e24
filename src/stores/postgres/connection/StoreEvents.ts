/** What the store says of itself: each outage once, and each warning once. */
import { Observable, Subject } from "rxjs";
import { describeCause } from "../../../core/cause.js";
import type { StoreEvent } from "../../../port/StoreEvent.js";
import { type Logger, Warnings } from "../../../port/Warnings.js";

export class StoreEvents {
  /** Hot, but warnings are told again to whoever subscribes later, since they are still true. */
  readonly events$: Observable<StoreEvent> = new Observable((subscriber) => {
    for (const sentence of this.warnings) subscriber.next({ _tag: "StoreWarning", sentence });
    return this.events.subscribe(subscriber);
  });
  private readonly events = new Subject<StoreEvent>();
  private readonly warnings = new Set<string>();
  private readonly unheard: Warnings;
  private isDown = false;

  constructor(logger: Logger | undefined) {
    this.unheard = new Warnings(logger);
  }

  down(cause: unknown): void {
    if (this.isDown) return;
    this.isDown = true;
    this.unheard.warn(this.events.observed, {
      code: "SLUICE_STORE_DOWN",
      sentence: `The store is away (${describeCause(cause)}); calls and consumers wait for it. Subscribe to the store's events$ (or give it a logger) to hear of it each time.`,
      fields: {},
    });
    this.events.next({ _tag: "StoreDown", cause });
  }

  up(): void {
    if (this.isDown) this.events.next({ _tag: "StoreUp" });
    this.isDown = false;
  }

  warn(sentence: string): void {
    if (this.warnings.has(sentence)) return;
    this.warnings.add(sentence);
    this.unheard.warn(this.events.observed, { code: "SLUICE_STORE_WARNING", sentence, fields: {} });
    this.events.next({ _tag: "StoreWarning", sentence });
  }

  complete(): void {
    this.events.complete();
  }
}
