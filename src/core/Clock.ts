/**
 * Every store carries a scheduler, and everything else takes its time from there. Only this file knows the machine's clock.
 */
import { asyncScheduler, type SchedulerAction, type SchedulerLike, Subscription } from "rxjs";

// Both are getters in Node. Reading them at every call would cost more than the clock itself.
const clock = globalThis.performance;
const { timeOrigin } = clock;

/**
 * The scheduler of production. Its `now` is wall-clock time at the start of the process plus a monotonic count, so a clock
 * that is set back or forth neither expires leases nor keeps them.
 */
export const systemScheduler: SchedulerLike = {
  now: () => timeOrigin + clock.now(),
  schedule: <T>(work: (this: SchedulerAction<T>, state: T) => void, delay = 0, state?: T): Subscription =>
    asyncScheduler.schedule<T>(work as (this: SchedulerAction<T>, state?: T) => void, delay, state),
};

/**
 * The time of day, for what another machine compares with its own clock, such as the time in a signature. The monotonic count of
 * `systemScheduler` stands still while a machine sleeps, so that there everything signed afterwards would be too old.
 */
export const timeOfDay = (scheduler: SchedulerLike = systemScheduler): number =>
  scheduler === systemScheduler ? Date.now() : scheduler.now();

/**
 * Runs `work` once, after the current burst of synchronous and promise work: on virtual time in the same frame, on the
 * system's time at the end of the event loop's turn (about a microsecond, where a timer of 0 takes a millisecond).
 */
export const soon = (scheduler: SchedulerLike, work: () => void): Subscription => {
  if (scheduler !== systemScheduler) return scheduler.schedule(() => work(), 0);
  const handle = setImmediate(work);
  return new Subscription(() => clearImmediate(handle));
};

/**
 * The same clock, with timers that do not keep the process alive: for what is to be done some time, and is needless once the
 * process has nothing else to do.
 */
export const unhurried = (scheduler: SchedulerLike): SchedulerLike =>
  scheduler === systemScheduler ? unhurriedSystem : scheduler;

const unhurriedSystem: SchedulerLike = {
  now: () => systemScheduler.now(),
  schedule: <T>(work: (this: SchedulerAction<T>, state: T) => void, delayMs = 0, state?: T): Subscription => {
    const timer = setTimeout(() => (work as (state?: T) => void)(state), delayMs);
    timer.unref();
    return new Subscription(() => clearTimeout(timer));
  },
};
