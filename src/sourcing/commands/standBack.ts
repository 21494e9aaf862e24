/** Waits before a command is decided again: whoever was faster may be so again, and many who try at once hinder each other. */
import { makeBackoff } from "../../core/Backoff.js";
import { type Effect, effect } from "../../core/Effect.js";
import { Outage } from "../../core/Outage.js";
import type { Sources } from "../../core/Sources.js";

/** A write takes less than a millisecond on a store near by, and some on one that is far. */
const conflicts = makeBackoff({ initialMs: 4, factor: 2, delayMsMax: 250, jitter: "full" });

/** Emits after a delay for the attempt of this number that has failed. */
export const standBack = (sources: Sources, attempt: number): Effect<void, never> =>
  effect((asker) => {
    const outage = new Outage(sources, conflicts);
    outage.again(attempt, () => {
      asker.next(undefined);
      asker.complete();
    });
    return () => outage.stop();
  });
