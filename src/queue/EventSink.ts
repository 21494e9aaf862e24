/**
 * Takes the events of a queue's consumers and enqueues. An event is built only while somebody listens. Where nobody does, the process
 * is warned of expired and poisoned messages, and of failed settlements.
 */
import { Subject } from "rxjs";
import type { Outcome } from "../core/Outcome.js";
import type { SluiceError } from "../core/SluiceError.js";
import type { Lease } from "../port/Lease.js";
import { type Logger, type Warning, Warnings } from "../port/Warnings.js";
import type { QueueEvent } from "./QueueEvent.js";

/** The message that an event is about. */
export type EventOf = Pick<Lease, "id" | "key" | "attempt">;

/** What consumers and enqueues of a queue tell: to its sink, or to whoever has the queue within. */
export type QueueTelling = Pick<EventSink, "of" | "ended" | "expired" | "poisoned" | "failed" | "enqueued">;

export class EventSink {
  readonly events$: Subject<QueueEvent> = new Subject<QueueEvent>();
  private lastError: SluiceError | undefined;
  private readonly warnings: Warnings;

  constructor(
    private readonly queue: string,
    logger: Logger | undefined,
  ) {
    this.warnings = new Warnings(logger);
  }

  /** Builds and emits an event about a message, if anybody listens. */
  of({ id, key, attempt }: EventOf, build: (about: EventOf) => QueueEvent): void {
    if (this.events$.observed) this.events$.next(build({ id, key, attempt }));
  }

  /** A delivery ended: settled as the store performed it, or lost. */
  ended(lease: EventOf, performed: Outcome | undefined): void {
    if (performed === undefined) {
      this.of(lease, (about) => ({ ...about, _tag: "Lost" }));
      return;
    }
    this.of(lease, (about) => ({ ...about, _tag: "Settled", outcome: performed }));
    if (performed._tag === "Block") this.of(lease, (about) => ({ ...about, _tag: "Blocked", scope: performed.scope }));
  }

  /** Nobody settled the message within its lease, and no operator held it. */
  expired(lease: EventOf): void {
    this.of(lease, (about) => ({ ...about, _tag: "Expired" }));
    const { id, attempt } = lease;
    this.warn(
      "EXPIRED",
      `a message was not settled within its lease and no operator held it, so it comes again: is settle() missing behind handle(), or was it dropped by an rxjs filter (filterData settles what it drops)?`,
      { id, attempt },
    );
  }

  /** The codec refuses the message. */
  poisoned(lease: EventOf, report: ReadonlyArray<string>): void {
    this.of(lease, (about) => ({ ...about, _tag: "Poisoned", report }));
    const { id, attempt } = lease;
    this.warn(
      "POISONED",
      `a message does not fit the codec and was dead-lettered with a report: look at deadLetters(), and redrive({ upcast }) what can be mended.`,
      { id, attempt, report },
    );
  }

  /** A call of a consumer failed. */
  failed(during: "lease" | "settle" | "extend", error: SluiceError): void {
    this.emit({ _tag: "StoreFailed", during, error });
    if (during === "settle")
      this.warn(
        "SETTLE_FAILED",
        `a settlement was not taken (${error.message}): a consumer that goes on tries again, else the message comes again when its lease ends.`,
        { error },
      );
  }

  private warn(kind: string, sentence: string, fields: Warning["fields"]): void {
    this.warnings.warn(this.events$.observed, {
      code: `SLUICE_${kind}`,
      sentence: `Queue ${JSON.stringify(this.queue)}: ${sentence} Subscribe to its events$ (or give the store a logger) to hear of each.`,
      fields: { queue: this.queue, ...fields },
    });
  }

  /**
   * An enqueue ended. Only a retryable error is an event; a mistake of the caller is told to the caller alone. Enqueues of one join
   * end with the same error, which is told once.
   */
  readonly enqueued = (error: SluiceError | undefined): void => {
    if (error?.retryable !== true || error === this.lastError) return;
    this.lastError = error;
    this.emit({ _tag: "StoreFailed", during: "enqueue", error });
  };

  emit(event: QueueEvent): void {
    this.events$.next(event);
  }
}
