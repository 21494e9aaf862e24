/**
 * How fast the messages of one source are settled, apart from the times when there were none to be worked.
 *
 * Works that began together end together: so it is told of spans of several round trips, as one burst says nothing.
 */
import type { Prefetch } from "./Prefetch.js";

/** Spans are of so many round trips. */
const TRIPS = 4;
const SMOOTHS_BY = 4;

export class Pace {
  private count = 0;
  private busyMs = 0;
  private spanMs = 0;
  private markMs = 0;
  /** Round trips, smoothed: one that was held up beside quick works would look like many works in a trip. */
  private tripMs: number | undefined;

  constructor(private readonly prefetch: Prefetch) {}

  /** There was nothing to be worked until now. */
  idle(nowMs: number): void {
    this.markMs = nowMs;
  }

  /** So many were settled ever since, until now; a round trip takes so long. */
  settled(count: number, nowMs: number, latestTripMs: number): void {
    if (count === this.count) return;
    const tripMs = this.tripMs === undefined ? latestTripMs : this.tripMs + (latestTripMs - this.tripMs) / SMOOTHS_BY;
    this.tripMs = tripMs;
    this.busyMs += nowMs - this.markMs;
    this.markMs = nowMs;
    if (nowMs - this.spanMs < tripMs * TRIPS) return;
    this.prefetch.settled(count - this.count, this.busyMs, tripMs);
    this.count = count;
    this.busyMs = 0;
    this.spanMs = nowMs;
  }
}
