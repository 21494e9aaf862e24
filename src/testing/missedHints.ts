/** Calls that wait, and may miss what would wake them: as where a hint between processes is lost. */
import type { SchedulerLike, Unsubscribable } from "rxjs";
import { type Asker, type Effect, effect } from "../core/Effect.js";

/** So long a lost hint costs at most: then whoever waits looks by itself. */
const LOOKS_AGAIN_MS = 2_000;

export interface MissedHints {
  /** Passes a call on that may wait. */
  readonly passing: <A>(call: () => Effect<A>) => Effect<A>;
  /** The calls that wait now hear of nothing, and are made again after a while. */
  readonly miss: () => void;
}

export const missedHints = (scheduler: SchedulerLike): MissedHints => {
  const waiting = new Set<() => void>();
  return {
    passing: <A>(call: () => Effect<A>) =>
      effect((asker: Asker<A>) => {
        let ended = false;
        let current: Unsubscribable | undefined;
        const make = (): void => {
          const made = call().subscribe({
            next: (value) => asker.next(value),
            error: (error: unknown) => {
              end();
              asker.error(error);
            },
            complete: () => {
              end();
              asker.complete();
            },
          });
          if (ended) made.unsubscribe();
          else current = made;
        };
        const miss = (): void => {
          current?.unsubscribe();
          const timer = scheduler.schedule(() => {
            timer.unsubscribe();
            make();
          }, LOOKS_AGAIN_MS);
          current = timer;
        };
        const end = (): void => {
          ended = true;
          waiting.delete(miss);
        };
        waiting.add(miss);
        make();
        return () => {
          end();
          current?.unsubscribe();
        };
      }),
    miss: () => {
      for (const miss of [...waiting]) miss();
    },
  };
};
