/** What a broker needs of a reaction: its options, checked and filled in. The types of its events stand in its face alone. */
import type { Backoff } from "../core/Backoff.js";
import type { Position } from "../core/Position.js";
import type { Work } from "../core/Work.js";
import type { Write } from "../core/Write.js";
import type { Coding } from "../log/EventCodec.js";
import type { Recorded } from "../log/recorded.js";
import type { ReactionContext } from "./Reaction.js";

/** Whose line an event stands in. */
export type Target =
  | { readonly is: "its own stream" | "nowhere" }
  | { readonly is: "fixed"; readonly stream: string }
  | { readonly is: "found"; readonly of: (recorded: Recorded<unknown>) => string | undefined };

export interface ReactionParts {
  readonly coding: Coding;
  /** All names under which its events are stored, earlier ones included. */
  readonly storedAs: ReadonlyArray<string>;
  /** Types that it had in earlier versions of the program, and has no more. */
  readonly without: ReadonlyArray<string>;
  readonly handler: (recorded: Recorded<unknown>, context: ReactionContext) => Work;
  readonly followUp: ((result: unknown, recorded: Recorded<unknown>) => ReadonlyArray<Write<unknown>>) | undefined;
  readonly target: Target;
  readonly attemptsMax: number;
  readonly backoff: Backoff;
  readonly blockOnError: boolean;
  readonly timeoutMs: number;
  readonly from: Position | "start" | "end";
  readonly priority: number | ((recorded: Recorded<unknown>) => number);
}
