/**
 * How fast the messages of one source are settled, without the times when there were none to work on.
 *
 * Works that began together end together, so one burst says nothing: the prefetch is told the sum of several round trips.
 */
import type { Prefetch } from "./Prefetch.js";

/** How many round trips are told together. */
const TRIPS = 4;
const SMOOTHS_BY = 4;

export class Pace {
  private count = 0;
  private busyMs = 0;
  private spanMs = 0;
  private markMs = 0;
  /** The round trip, smoothed: beside quick works a single slow trip would look like many works in a trip. */
  private tripMs: number | undefined;

  constructor(private readonly prefetch: Prefetch) {}

  /** There was no message to work on until now. */
  idle(nowMs: number): void {
    this.markMs = nowMs;
  }

  /** `count` messages were settled in all, until now. The latest round trip took `latestTripMs`. */
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
