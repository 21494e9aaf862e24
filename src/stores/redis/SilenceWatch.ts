/**
 * Finds a half-open socket: it is silent and stays "ready" while replies are due. It is destroyed then, upon which the driver
 * opens another and sends again what was not answered.
 *
 * The driver's own `socketTimeout` does the same by a timer that it sets and clears for each call. Here one timer looks from
 * time to time whether something was read, and counts the looks in vain: a process that was busy itself comes late with its
 * looks too. A cluster has a socket per node, which its driver must watch itself.
 */
import type { Redis } from "ioredis";
import type { SchedulerLike, Subscription } from "rxjs";
import type { Client } from "./clients.js";

/** So many looks in a row find nothing read before a socket is taken for dead. */
const LOOKS = 4;
/** The driver sleeps so long at most while a server loads its data, unless the user says otherwise (milliseconds). */
const LOADING_MS_MAX = 10_000;

export class SilenceWatch {
  private readonly periodMs: number;
  private unanswered = 0;
  private bytesRead = -1;
  private inVain = 0;
  private timer: Subscription | undefined;

  constructor(
    private readonly client: Client,
    private readonly scheduler: SchedulerLike,
    /** How long a socket may be silent while replies are due, a quarter more at most. Milliseconds. */
    private readonly msMax: number,
  ) {
    this.periodMs = Math.ceil(msMax / LOOKS);
    // Between these two the driver asks and answers for itself.
    client.on("connect", () => this.begin());
    client.on("ready", () => this.begin());
  }

  /** A call was sent. */
  sent(): void {
    this.unanswered += 1;
    if (this.unanswered === 1) this.begin();
  }

  /** One of them was answered. */
  heard(): void {
    this.unanswered -= 1;
  }

  stop(): void {
    this.timer?.unsubscribe();
  }

  private begin(): void {
    this.inVain = 0;
    if (this.timer === undefined) this.lookLater();
  }

  private lookLater(): void {
    this.timer = this.scheduler.schedule(() => this.look(), this.periodMs);
  }

  private look(): void {
    this.timer = undefined;
    const { client } = this;
    if (!("stream" in client) || !this.isDue(client.status)) return;
    const { bytesRead } = client.stream;
    this.inVain = bytesRead === this.bytesRead ? this.inVain + 1 : 0;
    this.bytesRead = bytesRead;
    if (this.inVain < this.looksOf(client)) this.lookLater();
    else client.stream.destroy(new Error(`no reply within ${this.msMax} ms: the connection is taken for dead`));
  }

  private isDue(status: string): boolean {
    return status === "connect" || (status === "ready" && this.unanswered > 0);
  }

  private looksOf({ status, options }: Redis): number {
    if (status !== "connect") return LOOKS;
    return LOOKS + Math.ceil((options.maxLoadingRetryTime ?? LOADING_MS_MAX) / this.periodMs);
  }
}
