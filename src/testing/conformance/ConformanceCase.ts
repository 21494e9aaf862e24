/** What the conformance suite is made of, and what it asks of the store under test. */
import type { SchedulerLike } from "rxjs";
import type { Capabilities } from "../../port/Capabilities.js";
import type { Store } from "../../port/Store.js";
import type { Scene } from "./queue/Scene.js";

/** One sentence that must be true of a store. */
export interface ConformanceCase {
  /** The guarantee that it belongs to. */
  readonly guarantee: string;
  /** The sentence, unique in the suite. */
  readonly name: string;
  /** The capabilities that a store must have for this case. It is not put to other stores. */
  readonly needs: Partial<Capabilities>;
  /**
   * Rejects if the sentence is not true.
   *
   * @internal
   */
  readonly run: RunCase;
}

/** Plays one case. */
export type RunCase = (scene: Scene) => Promise<void>;

/** One store under test, empty, for one case. */
export interface StoreUnderTest {
  readonly store: Store;
  /** A second handle to the same data, as another process has it: required where `shared`. The suite closes it. */
  readonly another?: (() => Store | Promise<Store>) | undefined;
  /**
   * Moves the store's clock, where the factory holds it: the clock then moves by this alone, and the suite waits as long in real
   * time. Without it the store's clock is the system's, and cases about a few milliseconds race with it.
   */
  readonly moveClock?: ((ms: number) => void | Promise<void>) | undefined;
  /** Called after the stores are closed: removes the data. */
  readonly dispose?: (() => Promise<void>) | undefined;
}

/**
 * Makes the store under test. Where the suite was told `virtualTime`, the store must run on the given scheduler, which the suite
 * moves; else the given scheduler is the system's.
 */
export type StoreFactory = (surroundings: {
  readonly scheduler: SchedulerLike;
}) => StoreUnderTest | Promise<StoreUnderTest>;

/** The cases of one guarantee, from sentences and how each is tried. */
export const casesOf = (
  guarantee: string,
  runs: Readonly<Record<string, RunCase>>,
  needs: Partial<Capabilities> = {},
): ReadonlyArray<ConformanceCase> => Object.entries(runs).map(([name, run]) => ({ guarantee, name, needs, run }));
