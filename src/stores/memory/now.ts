import type { SchedulerLike } from "rxjs";

/** The store's clock: whole milliseconds, as every store tells them. */
export const now = (scheduler: SchedulerLike): number => Math.floor(scheduler.now());
