/**
 * The consumers that wait for messages of one queue.
 *
 * While nobody waits, nothing is scheduled. While somebody waits there is one timer, for the nearest of due times, lease ends,
 * ownership ends and waiting times. A call that changes the queue calls `serveSoon`, and the consumers are served soon after it, in the
 * order in which they came, never inside the call that made something ready.
 */
import type { SchedulerLike, Subscription } from "rxjs";
import { soon } from "../../../core/Clock.js";
import type { Asker } from "../../../core/Effect.js";
import { DURATION_MS_MAX } from "../../../core/options.js";
import type { Lease, LeaseRequest } from "../../../port/Lease.js";
import { now } from "../now.js";
import type { QueueState } from "./QueueState.js";
import { ownedUntil, take } from "./take.js";

interface Waiter {
  readonly request: LeaseRequest;
  readonly untilMs: number;
  readonly asker: Asker<ReadonlyArray<Lease>>;
}

export class IdleConsumers {
  private readonly waiters = new Set<Waiter>();
  private wake: Subscription | undefined;
  private timer: Subscription | undefined;
  private timerAtMs = Number.POSITIVE_INFINITY;

  constructor(
    readonly queue: QueueState,
    private readonly scheduler: SchedulerLike,
  ) {}

  /** Lets a consumer wait until something comes or its time is over. The function that it answers ends the waiting early. */
  add(request: LeaseRequest, asker: Asker<ReadonlyArray<Lease>>): () => void {
    const nowMs = now(this.scheduler);
    const waiter = { request, asker, untilMs: nowMs + request.waitMsMax };
    this.waiters.add(waiter);
    this.rearm(nowMs);
    return () => this.remove(waiter);
  }

  /** The request of a consumer that waits. */
  of(consumer: string): LeaseRequest | undefined {
    for (const { request } of this.waiters) if (request.consumer === consumer) return request;
    return undefined;
  }

  /** Called when something may be ready, or due sooner than before: serves the consumers soon. */
  serveSoon(): void {
    if (this.waiters.size > 0) this.wake ??= soon(this.scheduler, () => this.serve());
  }

  /** Sets the timer to the nearest time at which something may change by itself. */
  rearm(nowMs: number): void {
    if (this.waiters.size === 0) return;
    const nearestMs = this.nearestMs(nowMs);
    if (nearestMs === this.timerAtMs) return;
    this.disarm();
    if (nearestMs === Number.POSITIVE_INFINITY) return;
    this.timerAtMs = nearestMs;
    const delayMs = Math.min(Math.max(0, Math.ceil(nearestMs - this.scheduler.now())), DURATION_MS_MAX);
    this.timer = this.scheduler.schedule(() => {
      this.disarm();
      this.serve();
    }, delayMs);
  }

  /** Answers all who wait with an empty list. */
  close(): void {
    for (const waiter of [...this.waiters]) this.answer(waiter, []);
  }

  private serve(): void {
    this.wake?.unsubscribe();
    this.wake = undefined;
    const nowMs = now(this.scheduler);
    for (const waiter of [...this.waiters]) {
      if (!this.waiters.has(waiter)) continue; // it left while another was answered
      const taken = take(this.queue, waiter.request, nowMs);
      if (typeof taken === "object") this.answer(waiter, taken);
      else if (taken === "a suspect" || waiter.untilMs <= nowMs) this.answer(waiter, []);
    }
    this.rearm(nowMs);
  }

  private answer(waiter: Waiter, leases: ReadonlyArray<Lease>): void {
    this.remove(waiter);
    waiter.asker.next(leases);
    waiter.asker.complete();
  }

  private remove(waiter: Waiter): void {
    if (!this.waiters.delete(waiter) || this.waiters.size > 0) return;
    this.disarm();
    this.wake?.unsubscribe();
    this.wake = undefined;
  }

  private disarm(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
    this.timerAtMs = Number.POSITIVE_INFINITY;
  }

  private nearestMs(nowMs: number): number {
    const { paused, halts, delayed, leases } = this.queue;
    const changeMs = Math.min(delayed.nearestMs, leases.nearestMs);
    let nearest = Number.POSITIVE_INFINITY;
    for (const { request, untilMs } of this.waiters) {
      nearest = Math.min(nearest, untilMs);
      if (paused || halts > 0) continue;
      nearest = Math.min(nearest, this.standsBy(request) ? ownedUntil(this.queue, nowMs) : changeMs);
    }
    return nearest;
  }

  private standsBy({ exclusive, consumer }: LeaseRequest): boolean {
    return exclusive && this.queue.owner !== consumer;
  }
}
