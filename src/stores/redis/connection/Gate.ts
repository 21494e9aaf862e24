/**
 * Decides whether the calls of one connection leave.
 *
 * ```text
 *               connected, and a change passes          refused for the moment
 *   shut ──────────────────────────────────────▶ open ──────────────────────────▶ holding
 *    │ ▲                                          │ ▲                                │
 *    │ └────────────── connection lost ───────────┘ └──── the pause is over, and ────┘
 *    │                                                    all that was sent is back
 *    └── refused for good: what waits fails, the next call tries anew
 * ```
 *
 * The pause grows with each refusal until a call passes. A server that takes no changes (read-only, loading, a cluster that is
 * down) gets no calls, only the question whether it takes changes again. Its outage is told once.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { type SluiceError, storeUnavailable } from "../../../core/SluiceError.js";
import { type Client, onNoSlots, refreshSlots } from "./clients.js";
import { isForGood, isOtherDatabase, mustReconnect, otherDatabase, toStoreError, verdictOn } from "./errors.js";
import type { Lane } from "./Lane.js";
import { ask, type Probe } from "./Probe.js";
import type { SilenceWatch } from "./SilenceWatch.js";
import { stripped } from "./strip.js";
import type { Wire } from "./Wire.js";

/** How long to wait before a call that was refused for the moment is sent again: at first, and at most (milliseconds). */
const PAUSE_MS = 50;
const PAUSE_MS_MAX = 2_000;

/** What a user of a connection tells its gate. */
export interface GateOptions {
  readonly client: Client;
  readonly scheduler: SchedulerLike;
  /** Whether calls fail at once while there is no connection. Default false. */
  readonly failsFast?: boolean;
  /** What must pass before any call leaves on a connection. Default: nothing. */
  readonly probe?: Probe;
  /** Called when calls pass, for the first time or after an outage. */
  readonly onUp?: () => void;
  readonly onDown?: (cause: unknown) => void;
}

/** What a gate knows of the connection that it belongs to. */
export interface Guarded {
  readonly lane: Lane;
  readonly wire: Wire;
  readonly watch: SilenceWatch;
  /** Called when the calls that wait may leave. */
  readonly flush: () => void;
  /** Called when no call that is under way will ever be done. */
  readonly failAll: (cause: SluiceError) => void;
}

export class Gate {
  /** Whether calls leave. */
  open = false;
  closed = false;
  /** Counts connections: an answer that comes from a former one is ignored. */
  epoch = 0;
  /** Why calls do not leave, as far as it is known. */
  lastError: unknown;
  private proving = false;
  /** Whether the server took changes when that was last known; undefined before it was. */
  private up: boolean | undefined;
  private wasUp = false;
  /** How often in a row calls were refused. `pause` runs after the last refusal. */
  private refusals = 0;
  private pause: Subscription | undefined;
  /** Why this connection is never used: it leads to another database. */
  private barred: SluiceError | undefined;
  /** Why the server refuses what the store needs; the next call asks it again. */
  private refusal: SluiceError | undefined;

  constructor(
    private readonly options: GateOptions,
    private readonly guarded: Guarded,
  ) {
    const { client } = options;
    client.on("error", (cause: unknown) => this.onError(cause));
    client.on("ready", () => this.onReady());
    client.on("close", () => this.onLost());
    client.on("end", () => this.onLost());
    onNoSlots(client, () => {
      this.lastError = new Error(
        "CLUSTERDOWN no slot of this cluster is served; assign them, as by redis-cli --cluster fix",
      );
    });
  }

  /** Called for a call that is made while none may leave. Answers why it never will, or begins what lets it leave. */
  knock(): SluiceError | undefined {
    const { client, failsFast } = this.options;
    if (this.barred !== undefined) return this.barred;
    if (this.closed) return closedBefore();
    if (failsFast === true && this.up === false) return storeUnavailable(this.lastError);
    if (this.refusal !== undefined && client.status === "ready") {
      this.refusal = undefined;
      this.prove();
    } // "end": the driver's retry strategy gave up the tries of that time. A later call begins new ones.
    else if (client.status === "wait" || client.status === "end")
      client.connect().catch((cause: unknown) => {
        this.lastError ??= stripped(cause);
      });
    return undefined;
  }

  /** Notes that a call has passed. */
  passed(): void {
    this.refusals = 0;
  }

  /** Called when the server has forgotten its scripts: once all that was sent is back, each goes along with its source again. */
  holdForScripts(): void {
    this.guarded.wire.forgetScripts();
    this.open = false;
  }

  /** Lets no call leave for a while. */
  hold(cause: Error): void {
    this.open = false;
    if (verdictOn(cause) === "away") this.down(cause);
    if (this.pause !== undefined || this.closed) return;
    const { client, scheduler } = this.options;
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(this.refusals, 10));
    this.refusals += 1;
    refreshSlots(client);
    this.pause = scheduler.schedule(() => {
      this.pause = undefined;
      if (mustReconnect(cause) && !client.isCluster) client.disconnect(true);
      else this.openAgain();
    }, pauseMs);
  }

  /** Goes on if all that was sent is back and the pause is over; after an outage only if the server takes changes again. */
  openAgain(): void {
    const { lane } = this.guarded;
    if (this.pause !== undefined || !lane.isClear || this.options.client.status !== "ready") return;
    if (this.closed || this.proving || this.barred !== undefined || this.refusal !== undefined) return;
    lane.putBack();
    if (this.up === true) this.pass();
    else this.prove();
  }

  /** Lets no call leave any more, ignores the answers to come, and fails every call that is under way. */
  close(): void {
    this.closed = true;
    this.shut();
    this.guarded.watch.stop();
    this.guarded.failAll(closedBefore());
  }

  /** Asks the server whether calls would pass, and opens if so. */
  private prove(): void {
    const { probe } = this.options;
    if (probe === undefined) {
      this.pass();
      return;
    }
    const { epoch } = this;
    const { wire, watch } = this.guarded;
    this.proving = true;
    ask(probe, { wire, watch, isCurrent: () => epoch === this.epoch }, (verdict) => {
      this.proving = false;
      switch (verdict._tag) {
        case "Passes":
          this.pass();
          break;
        case "Refuses":
          this.refuse(verdict.error);
          break;
        case "Away":
          this.lastError = verdict.cause;
          this.hold(verdict.cause);
          break;
      }
    });
  }

  private pass(): void {
    this.open = true;
    this.wasUp = true;
    this.lastError = undefined;
    if (this.up !== true) {
      this.up = true;
      this.options.onUp?.();
    }
    this.guarded.flush();
  }

  /** Called when the server will not do what the store needs. */
  private refuse(error: SluiceError): void {
    this.refusal = error;
    this.guarded.failAll(error);
  }

  private down(cause: unknown): void {
    this.lastError = cause;
    if (this.up === false || this.closed) return;
    this.up = false;
    this.options.onDown?.(cause);
  }

  private onError(raw: unknown): void {
    const { client } = this.options;
    const { failAll } = this.guarded;
    const cause = stripped(raw);
    this.lastError = cause;
    if (isOtherDatabase(raw) && !isForGood(cause)) client.disconnect(true);
    else if (isOtherDatabase(raw)) {
      this.barred = otherDatabase(cause);
      this.lastError = this.barred;
      client.disconnect();
      failAll(this.barred);
      return;
    }
    // A server that never let us in never will. One that did may be changing its passwords.
    if (this.wasUp || verdictOn(cause) !== "config") return;
    failAll(toStoreError(cause));
  }

  private onReady(): void {
    if (this.barred !== undefined || this.closed) return;
    this.refusal = undefined;
    this.prove();
  }

  private onLost(): void {
    const { lane, watch, wire, failAll } = this.guarded;
    this.shut();
    lane.lost();
    watch.lost();
    wire.forgetScripts();
    this.down(this.lastError ?? new Error("the connection was closed"));
    if (this.options.failsFast === true) failAll(storeUnavailable(this.lastError));
  }

  /** Lets no call leave until the next connection. */
  private shut(): void {
    this.open = false;
    this.proving = false;
    this.epoch += 1;
    this.pause?.unsubscribe();
    this.pause = undefined;
  }
}

const closedBefore = (): SluiceError => storeUnavailable(new Error("the store was closed before it was answered"));
