/** Bounds the time of works: each by its own option, with one timer for all that have the same. */

import type { Unsubscribable } from "rxjs";
import { Observable, type SchedulerLike, type Subscriber } from "rxjs";
import { Deadlines, type Timed } from "../../core/Deadlines.js";
import { subscribeWork, type WorkObserver } from "../../core/subscribeWork.js";
import type { Work } from "../../core/Work.js";
import { reportUnhandled } from "./reportUnhandled.js";
import { type HandleContext, WorkContext } from "./WorkContext.js";

/** Makes a work, whose signal aborts when it is unsubscribed before its end. */
type MakeWork = (context: HandleContext) => Work;

export class Timeouts {
  private readonly byTime = new Map<number, Deadlines<TimedWork>>();

  constructor(private readonly scheduler: SchedulerLike) {}

  /** The work, ended as failed after that time. */
  within(timeoutMs: number, work: MakeWork): Observable<unknown> {
    return new Observable((subscriber) => {
      const timed = new TimedWork(subscriber, this.of(timeoutMs));
      timed.start(work);
      return timed;
    });
  }

  stop(): void {
    for (const deadlines of this.byTime.values()) deadlines.stop();
  }

  private of(timeoutMs: number): Deadlines<TimedWork> {
    const known = this.byTime.get(timeoutMs);
    if (known !== undefined) return known;
    const deadlines = new Deadlines<TimedWork>({
      scheduler: this.scheduler,
      afterMs: timeoutMs,
      onDue: (timed) => timed.due(timeoutMs),
    });
    this.byTime.set(timeoutMs, deadlines);
    return deadlines;
  }
}

/** It is the observer of its work, so that no closure and no operator stands between. */
class TimedWork implements WorkObserver, Timed<TimedWork>, Unsubscribable {
  before: TimedWork | undefined = undefined;
  after: TimedWork | undefined = undefined;
  dueMs = 0;
  subscription: Unsubscribable | undefined = undefined;
  private readonly context = new WorkContext();
  private waits = false;
  private ended = false;

  constructor(
    private readonly subscriber: Subscriber<unknown>,
    private readonly deadlines: Deadlines<TimedWork>,
  ) {}

  start(work: MakeWork): void {
    try {
      subscribeWork(work(this.context), this);
    } catch (cause) {
      this.error(cause);
    }
    if (this.ended) return;
    this.waits = true;
    this.deadlines.add(this);
  }

  next(value: unknown): void {
    this.subscriber.next(value);
  }

  error(cause: unknown): void {
    this.end();
    this.subscriber.error(cause);
  }

  complete(): void {
    this.end();
    this.subscriber.complete();
  }

  due(timeoutMs: number): void {
    this.waits = false;
    this.unsubscribe();
    this.subscriber.error(new Error(`timed out after ${timeoutMs} ms`));
  }

  /** A teardown that throws must break neither the answer nor the timer of other works. */
  unsubscribe(): void {
    const { subscription, ended } = this;
    this.end();
    this.subscription = undefined;
    if (!ended) this.context.abort();
    try {
      subscription?.unsubscribe();
    } catch (cause) {
      reportUnhandled(cause);
    }
  }

  private end(): void {
    this.ended = true;
    if (!this.waits) return;
    this.waits = false;
    this.deadlines.remove(this);
    this.deadlines.rest();
  }
}
