/** What the store says of itself: each outage once, and each warning once. */
import { Observable, Subject } from "rxjs";
import { describeCause } from "../../../core/cause.js";
import type { StoreEvent } from "../../../port/StoreEvent.js";
import { type Logger, Warnings } from "../../../port/Warnings.js";
import type { Client } from "./clients.js";

export class StoreEvents {
  /** Hot, but warnings are told again to whoever subscribes later, since they are still true. */
  readonly events$: Observable<StoreEvent> = new Observable((subscriber) => {
    for (const sentence of this.warnings) subscriber.next({ _tag: "StoreWarning", sentence });
    return this.events.subscribe(subscriber);
  });
  private readonly events = new Subject<StoreEvent>();
  private readonly warnings = new Set<string>();
  private isDown = false;

  private readonly unheard: Warnings;

  constructor(
    private readonly client: Client,
    logger: Logger | undefined,
  ) {
    this.unheard = new Warnings(logger);
  }

  down(cause: unknown): void {
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
    // It is asked after each connect: after a failover it may be a server with other settings.
    this.checkEviction().catch(() => undefined);
  }

  complete(): void {
    this.events.complete();
  }

  private async checkEviction(): Promise<void> {
    const policy = await this.evictionPolicy();
    if (policy === "noeviction") return;
    if (policy !== undefined)
      this.warn(
        `Redis may delete messages: its maxmemory-policy is ${policy}. Set it to noeviction, so that full memory refuses new messages instead.`,
      );
    else
      this.warn(
        "Redis does not tell its maxmemory-policy to this user, so it could not be checked. Unless it is noeviction, messages may be deleted.",
      );
  }

  private async evictionPolicy(): Promise<string | undefined> {
    try {
      const reply = await this.client.call("CONFIG", "GET", "maxmemory-policy");
      const policy: unknown = Array.isArray(reply) ? reply[1] : undefined;
      if (typeof policy === "string") return policy;
    } catch {
      // Many hosts forbid CONFIG. INFO tells the policy too.
    }
    try {
      const info = await this.client.info("memory");
      return /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    } catch {
      return undefined;
    }
  }

  private warn(sentence: string): void {
    if (this.warnings.has(sentence)) return;
    this.warnings.add(sentence);
    this.unheard.warn(this.events.observed, { code: "SLUICE_STORE_WARNING", sentence, fields: {} });
    this.events.next({ _tag: "StoreWarning", sentence });
  }
}
