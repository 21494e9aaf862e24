/**
 * Where one run stands with the correlation of one lane.
 *
 * ```text
 *            ┌──────────────── another was faster ───────────────┐
 *            ▼                                                   │
 *   start ─▶ look ──nobody else wrote last──▶ lead ──page, write─┴─▶ lead … ──stop$──▶ stored, over
 *            │  ▲                              ▲
 *            │  └───────── it moved ────────┐  │
 *            └──another wrote last──▶ stand by ┴──it stands still──┘
 * ```
 */
import type { Revision } from "../../core/Revision.js";
import type { CatchUp, Control } from "../Control.js";
import type { Checkpoint } from "../Kept.js";
import type { Vector } from "../vector.js";
import type { Messages } from "./Enqueueing.js";
import type { EventPage } from "./Pages.js";

/** What stands in the store, as it was read or written last. */
export interface Standing {
  readonly control: Control;
  readonly controlRevision: Revision | undefined;
  readonly checkpoint: Checkpoint;
  readonly revision: Revision | undefined;
}

export interface Look {
  readonly does: "look";
  /** Whether this is the first look of a run. */
  readonly first: boolean;
  /** How far the lane was known to be before: where a log does not have that any more, it went back. */
  readonly known?: Vector;
}

export interface StandBy {
  readonly does: "stand by";
  readonly standing: Standing;
  /** The log has grown: who leads has until then to write. */
  readonly untilMs: number | undefined;
  /** Since when it stands there so. */
  readonly sinceMs: number;
}

/** A catch-up that is under way, as it stands in the store. */
export interface CatchingUp {
  readonly of: CatchUp;
  readonly at: Vector;
  readonly revision: Revision | undefined;
  /** Whether the lines of replayed targets were emptied. Of reactions there is nothing to empty. */
  readonly begun: boolean;
  /** Whether this process has dropped what waited in those lines: nothing is added to them any more. */
  readonly dropped: boolean;
  /** Whether it waits: for a head that somebody is at, since that time, or for the lane to come to where it is. */
  readonly waits: boolean;
  readonly waitsSinceMs: number | undefined;
  /** How often blocked heads of them were skipped. */
  readonly skips: number;
  /** The reactions of the lane that are still to be caught up, each with how far it has come. */
  readonly left: ReadonlyMap<string, Vector>;
}

/** When to look at the heads of those targets again that wait for them to be replayed. */
export interface HeadsLook {
  readonly dueAtMs: number;
  readonly everyMs: number;
  readonly round: number;
}

/** A page that was read, with its messages where they are made by now. It holds as long as this control stands: read and made by what it says. */
export interface Ready {
  readonly by: Control;
  readonly page: EventPage;
  readonly messages: Messages | undefined;
}

export interface Lead {
  readonly does: "lead";
  readonly standing: Standing;
  /** Up to here events were looked at: further than is stored, where nobody wants those that follow. */
  readonly at: Vector;
  /** Whether that was told to be the end of the logs. */
  readonly caughtUp: boolean;
  readonly writtenAtMs: number;
  /** What follows and was read by now: what is left of a page that one write could not hold, or the page behind it. */
  readonly rest: Ready | undefined;
  readonly catchingUp: CatchingUp | undefined;
  /** Whether the next turn is that of the catch-up: it and the lane take turns. */
  readonly catchesUp: boolean;
  readonly heads: HeadsLook;
}

export type Place = Look | StandBy | Lead;
