/**
 * Makes calls of functions of the store: migrates the schema before the first one, and makes a call again that may pass later, for as long
 * as a call may take. Every call may be made again: what changes something has a write id, and a lease gives back what a lost reply held.
 */
import type { SchedulerLike } from "rxjs";
import { storeUnavailable } from "../../../core/SluiceError.js";
import { type Driver, type Session, textOfRows } from "../drivers/Driver.js";
import { isPassing, toStoreError, verdictOn } from "./errors.js";
import { stripped } from "./strip.js";

/** How long to wait before a call that failed for the moment is made again: at first, and at most (milliseconds). */
const PAUSE_MS = 20;
const PAUSE_MS_MAX = 2_000;

/** How a call ends. */
export interface CallEnd<A> {
  readonly done: (answer: A) => void;
  readonly failed: (cause: unknown) => void;
}

/** Makes the text of a request; `again` where an earlier try may have been done. */
export type RequestText = (again: boolean) => string;

export interface ConnectionOptions {
  readonly driver: Driver;
  readonly schema: string;
  readonly scheduler: SchedulerLike;
  readonly commandMsMax: number;
  /** What must be done once before any call. */
  readonly prepare: () => Promise<void>;
  /** Called when a call passes. */
  readonly onUp: () => void;
  readonly onDown: (cause: unknown) => void;
}

export class Connection {
  /** Whether what must be done before the first call is done. */
  isReady = false;
  private prepared: Promise<void> | undefined;
  private closed = false;
  private readonly pauses = new Set<() => void>();

  constructor(private readonly options: ConnectionOptions) {}

  /**
   * Calls a function of the store, and answers what it answered, or fails with a `SluiceError`. Once the store is ready the driver is called
   * within this call.
   */
  async call(session: Session, name: string, text: RequestText): Promise<string> {
    return textOfRows(await this.rows(session, name, text));
  }

  /** The same for a function that answers many rows: a text for each. */
  async rows(session: Session, name: string, text: RequestText): Promise<ReadonlyArray<string>> {
    const { driver, schema, scheduler, commandMsMax } = this.options;
    const untilMs = scheduler.now() + commandMsMax;
    let again = false;
    for (let tries = 0; ; tries++) {
      try {
        if (!this.isReady) await this.ready();
        const answer = await driver.rows(session, `select "${schema}".${name}($1)`, [text(again)]);
        this.options.onUp();
        return answer;
      } catch (raw) {
        await this.mayTryAgain(raw, tries, untilMs);
        again = true;
      }
    }
  }

  /** Waits before the next try, or fails where there is none. */
  private async mayTryAgain(raw: unknown, tries: number, untilMs: number): Promise<void> {
    const cause = stripped(raw);
    // What the store needs may have been dropped, and the next call makes or misses it.
    if (verdictOn(cause) === "config") this.forget();
    if (!isPassing(cause)) throw toStoreError(cause);
    if (this.closed) throw storeUnavailable(new Error("the store was closed before it was answered"));
    if (verdictOn(cause) === "away") this.options.onDown(cause);
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** Math.min(tries, 10));
    if (this.options.scheduler.now() + pauseMs > untilMs) throw toStoreError(cause);
    await this.pause(pauseMs);
  }

  /** What must be done before the first call. Where it fails the next call tries it again. */
  private ready(): Promise<void> {
    if (this.prepared === undefined) {
      const prepared = this.options.prepare();
      this.prepared = prepared;
      prepared.then(
        () => {
          if (this.prepared === prepared) this.isReady = true;
        },
        () => {
          if (this.prepared === prepared) this.forget();
        },
      );
    }
    return this.prepared;
  }

  private forget(): void {
    this.prepared = undefined;
    this.isReady = false;
  }

  /** Makes no call again from now on. */
  close(): void {
    this.closed = true;
    for (const end of this.pauses) end();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        timer.unsubscribe();
        this.pauses.delete(end);
        resolve();
      };
      const timer = this.options.scheduler.schedule(end, ms);
      this.pauses.add(end);
    });
  }
}
