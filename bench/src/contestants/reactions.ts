/** What the benchmark asks of a library that reacts to events; one file for each beside this one implements it. */

export interface Reactions {
  /** Reacts to all that was committed before, and resolves when every reaction is done and acknowledged. */
  readonly catchUp: () => Promise<void>;
  /** From now on a commit is reacted to as soon as the library can. */
  readonly follow: () => void;
  /** A command that commits one event to this stream. */
  readonly commit: (stream: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface ReactionsOptions {
  /** Called at the start of each reaction, whose handler is a promise and does nothing else. */
  readonly onReaction: () => void;
  /** Events that stand in the log before anything reacts, spread evenly over so many streams. */
  readonly events: number;
  readonly streams: number;
}

/** One who takes part in a measure of reactions. */
export interface ReactionsLane {
  readonly id: string;
  readonly name: string;
  /** Ready, with the events committed; nothing of that falls into a measured time. */
  readonly open: (options: ReactionsOptions) => Promise<Reactions>;
}
