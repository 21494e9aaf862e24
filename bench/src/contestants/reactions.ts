/** What the benchmark asks of a library that reacts to events; one file for each beside this one implements it. */

export interface Reactions {
  /** Puts all that was committed before into the lines of its targets, and handles nothing. Absent where that is not done apart. */
  readonly correlate?: () => Promise<void>;
  /** Reacts to all that was committed before, and resolves when every reaction is done and acknowledged. */
  readonly catchUp: () => Promise<void>;
  /** From now on a commit is reacted to as soon as the library can. */
  readonly follow: () => void;
  /** A command that commits one event to this stream. */
  readonly commit: (stream: string) => PromiseLike<unknown>;
  readonly close: () => Promise<void>;
}

export interface ReactionsOptions {
  /** Called at the start of each reaction, whose handler is a promise and does nothing else; with the number of its event, where it has one. */
  readonly onReaction: (index?: number) => void;
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

/** The target of the event of this number. */
export const targetOf = (index: number, streams: number): string => `target/${index % streams}`;
