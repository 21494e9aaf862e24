/** What an Observable told one who subscribed to it. */
import type { Observable, Subscription } from "rxjs";
import type { Scene } from "../queue/Scene.js";

/** How long a case waits for an end that must come (milliseconds); only a failing case waits that long. */
const END_MS_MAX = 2_000;
const POLL_MS = 5;

export interface Told<A> {
  readonly values: ReadonlyArray<A>;
  /** "open" until it completed, or failed with this tag. */
  readonly end: () => string;
  readonly subscription: Subscription;
}

/** Subscribes, and keeps what is told. */
export const tell = <A>(source: Observable<A>): Told<A> => {
  const values: Array<A> = [];
  let end = "open";
  const subscription = source.subscribe({
    next: (value) => values.push(value),
    error: (error: unknown) => {
      end = tagOf(error);
    },
    complete: () => {
      end = "complete";
    },
  });
  return { values, end: () => end, subscription };
};

/** How each of them ended, once it has; "open" where one does not end. */
export const endsOf = async (scene: Scene, ...told: ReadonlyArray<Told<unknown>>): Promise<ReadonlyArray<string>> => {
  const ends = (): ReadonlyArray<string> => told.map(({ end }) => end());
  for (let waitedMs = 0; waitedMs < END_MS_MAX && ends().includes("open"); waitedMs += POLL_MS)
    await scene.advance(POLL_MS);
  return ends();
};

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : String(error);
