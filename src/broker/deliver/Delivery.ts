/** What is found out about one delivery while it is handled. */
import type { MalformedEvent, Recorded } from "../../log/recorded.js";
import type { Reaction } from "../Reaction.js";
import type { Writing } from "./blamed.js";

/** A reaction that was begun, with the event as it sees it. */
export interface Begun {
  readonly reaction: Reaction;
  readonly recorded: Recorded<unknown>;
}

export class Delivery {
  /** The one that runs, or ran last, or whose writes were refused: its options decide a failure. */
  at: Reaction | undefined = undefined;
  /** Those that asked for writes, which are to commit with the ack. */
  writings: ReadonlyArray<Writing> = [];
  readonly results: Array<Begun> = [];
  recorded: Recorded<unknown> | undefined = undefined;
  /** Whether a handler asked for it to be held. */
  deferred = false;
  malformed: MalformedEvent | undefined = undefined;
}
