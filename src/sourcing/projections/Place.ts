/**
 * Where one run of a projection stands.
 *
 * ```text
 *            ┌──────────── another was faster, stuck ────────────┐
 *            ▼                                                   │
 *   start ─▶ look ──nobody else wrote last──▶ lead ──page, write─┴─▶ lead … ──stop$──▶ stored, over
 *            │  ▲                              ▲
 *            │  └───────── it moved ────────┐  │
 *            └──another wrote last──▶ stand by ┴──it stands still──┘
 * ```
 */
import type { Position } from "../../core/Position.js";
import type { FeedPage } from "../../log/EventLog.js";
import type { Kept } from "./Checkpoints.js";

/** Reads what is stored. */
export interface Look {
  readonly does: "look";
  /** After this time. */
  readonly pauseMs: number;
  /** How often in a row an event was stuck. */
  readonly failures: number;
}

/** Waits until the log has grown, and then whether somebody writes. */
export interface StandBy<out T> {
  readonly does: "stand by";
  readonly kept: Kept<T>;
  readonly failures: number;
}

/** Reads pages and writes what they make. */
export interface Lead<out T> {
  readonly does: "lead";
  readonly kept: Kept<T>;
  /** Up to here events were looked at, further than is stored where those that follow change nothing. */
  readonly position: Position | undefined;
  /** How many events were taken since the last write: they changed nothing, and are told with the next one. */
  readonly untold: number;
  /** Whether that was told to be the end of the log. */
  readonly caughtUp: boolean;
  readonly writtenAtMs: number;
  /** What is left of a page that one write could not hold. */
  readonly rest: FeedPage<unknown> | undefined;
  /** The most events of one write: less where what they make was too large. */
  readonly portion: number;
  readonly failures: number;
}

export type Place<T> = Look | StandBy<T> | Lead<T>;

export const look: Look = { does: "look", pauseMs: 0, failures: 0 };
