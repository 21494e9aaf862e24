/** What makes something of events, and where that is kept. A projection has one, a read model another. */
import type { Observable } from "rxjs";
import type { Write } from "../../core/Write.js";
import { refusalOf } from "../../log/decodePage.js";
import type { MalformedEvent, Recorded } from "../../log/recorded.js";
import type { Checkpoints } from "./Checkpoints.js";

/** An event that nothing passes, and why. */
export interface Stuck {
  readonly recorded: Recorded<unknown> | MalformedEvent | undefined;
  readonly cause: unknown;
}

/** What came of the first `count` of some events. */
export interface Taken<out T> {
  readonly count: number;
  readonly state: T;
  /** What is written together with the checkpoint. */
  readonly along: ReadonlyArray<Write<unknown>>;
  /** Whether there is something to be stored besides the position. */
  readonly changed: boolean;
  /** The event behind those, where that cannot be taken. Undefined: it is taken next time. */
  readonly stuck: Stuck | undefined;
}

export interface Stage<T> {
  readonly checkpoints: Checkpoints<T>;
  /** Takes events, one at least unless the first one is stuck. Stores nothing. */
  readonly take: (state: T, events: ReadonlyArray<Recorded<unknown>>) => Observable<Taken<T>>;
  /** Removes what is stored of a version of this name. */
  readonly drop: (version: number) => Observable<void>;
}

/** A stored event that its codec refuses. */
export const refused = (event: MalformedEvent): Stuck => ({
  recorded: event,
  cause: refusalOf(event),
});
