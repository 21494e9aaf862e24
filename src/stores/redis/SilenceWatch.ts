/**
 * Finds a half-open socket: it is silent and stays "ready" while replies are due. It is destroyed then, upon which the driver
 * opens another and sends again what was not answered.
 *
 * The driver's own `socketTimeout` does the same by a timer for each call, which takes longer than the rest of a call of ours;
 * here one timer looks from time to time. A cluster has a socket per node, which its driver must watch itself.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import type { Client } from "./clients.js";

/** A process that was busy itself for that long reads first what came meanwhile (milliseconds). */
const GRACE_MS = 100;

export class SilenceWatch {
  private unanswered = 0;
  /** Since when a reply has been due: the last sign of life, or the first call after a rest. */
  private sinceMs = 0;
  private timer: Subscription | undefined;
  private suspected = false;

  constructor(
    private readonly client: Client,
    private readonly scheduler: SchedulerLike,
    /** How long a socket may be silent while replies are due. Milliseconds. */
    private readonly msMax: number,
  ) {
    // Between these two the driver asks and answers for itself.
    client.on("connect", () => this.look());
    client.on("ready", () => this.look());
  }

  /** A call was sent. */
  sent(): void {
    this.unanswered += 1;
    if (this.unanswered === 1) this.look();
  }

  /** One of them was answered. */
  heard(): void {
    this.unanswered -= 1;
    this.sinceMs = this.scheduler.now();
  }

  stop(): void {
    this.timer?.unsubscribe();
  }

  private look(): void {
    this.sinceMs = this.scheduler.now();
    this.suspected = false;
    if (this.timer === undefined) this.arm(this.msMax);
  }

  private arm(delayMs: number): void {
    this.timer = this.scheduler.schedule(() => this.check(), Math.ceil(delayMs));
  }

  private check(): void {
    this.timer = undefined;
    const { client } = this;
    if (!("stream" in client) || !this.isDue(client.status)) return;
    const leftMs = this.sinceMs + this.msMax - this.scheduler.now();
    const suspects = leftMs <= 0 && !this.suspected;
    this.suspected = suspects;
    if (suspects) this.arm(GRACE_MS);
    else if (leftMs > 0) this.arm(leftMs);
    else client.stream.destroy(new Error(`no reply within ${this.msMax} ms: the connection is taken for dead`));
  }

  private isDue(status: string): boolean {
    return status === "connect" || (status === "ready" && this.unanswered > 0);
  }
}
