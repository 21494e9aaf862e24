/** Settles deliveries together with what is on record of their dispatches then, and tells each execution that the store confirmed. */
import { isLeft, right } from "fp-ts/lib/Either.js";
import type { Observer, Subscriber } from "rxjs";
import { causeOf, type Failure } from "../../core/Failure.js";
import type { Handled } from "../../core/Handled.js";
import { delivery, type Message } from "../../core/Message.js";
import { Ack, type Outcome, Release, Retry } from "../../core/Outcome.js";
import { type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import { Write } from "../../core/Write.js";
import { type DispatchState, type Execution, shownDispatch } from "../Dispatch.js";
import type { Parts } from "../definition.js";
import type { Executed } from "../Hub.js";
import type { DispatchRef } from "../ledger/DispatchCodec.js";
import { type Ended, type Executing, unread } from "./Attempting.js";

type HandledDispatch = Handled<DispatchRef, unknown, unknown>;

export class Concluding implements Observer<HandledDispatch> {
  private pending = 0;
  private completed = false;

  constructor(
    private readonly parts: Parts,
    private readonly subscriber: Subscriber<Executed<string>>,
  ) {}

  next({ message, result }: HandledDispatch): void {
    this.pending += 1;
    // What its work emits is an `Ended`.
    const ended = isLeft(result) ? failedBy(result.left) : (result.right as Ended);
    switch (ended.is) {
      case "not found":
        this.settle(message, Ack);
        break;
      case "given back":
        this.settle(message, Release({ reason: ended.reason, delayMs: ended.delayMs }));
        break;
      case "executed":
        this.execute(message, ended);
        break;
    }
  }

  error(cause: unknown): void {
    this.subscriber.error(cause);
  }

  complete(): void {
    this.completed = true;
    if (this.pending === 0) this.subscriber.complete();
  }

  private execute(message: Message<DispatchRef>, executing: Executing): void {
    const { stored, emits } = executing;
    const { state, execution, delayMs } = executing.concluded;
    const outcome = delayMs === undefined ? Ack : Retry({ cause: execution.error, delayMs });
    const writes = [this.put(executing), ...emits];
    settle(message, { outcome, writes }, (error) => {
      if (error === undefined) this.tell(execution, state);
      else if (isGone(error, message)) {
        // Another one has it, or nobody knows whether this was done: then the message comes again, and is found done.
      } else if (error._tag === "RecordConflict" && error.id === stored.id) {
        // It was marked as lost meanwhile. That stands, and the message is done when it comes again.
        this.settle(message, Release({ reason: "its dispatch was changed meanwhile" }));
        return;
      } else if (emits.length > 0) {
        // What is emitted along was refused.
        this.execute(message, executing.instead({ is: "failed", cause: error }));
        return;
      } else {
        const { id: dispatchId, destination } = state;
        this.parts.sink.tell({ _tag: "Refused", destination, dispatchId, error });
      }
      this.ended();
    });
  }

  private tell({ result, executedAtMs, durationMs, error }: Execution, state: DispatchState): void {
    const { id: dispatchId, destination } = state;
    if (result === "misconfigured") this.parts.sink.tell({ _tag: "Misconfigured", destination, dispatchId });
    this.subscriber.next({ result, executedAtMs, durationMs, error, dispatch: shownDispatch(state) });
  }

  private put({ concluded, stored }: Executing): Write<unknown> {
    const { ledger, store } = this.parts;
    return new Write(() => right({ steps: [ledger.putDispatch(concluded.state, stored)], read: () => undefined }), {
      target: store,
      settles: false,
    });
  }

  private settle(message: Message<DispatchRef>, outcome: Outcome): void {
    settle(message, { outcome, writes: none }, () => this.ended());
  }

  private ended(): void {
    this.pending -= 1;
    if (this.completed && this.pending === 0) this.subscriber.complete();
  }
}

const none: ReadonlyArray<Write<unknown>> = [];

interface Settling {
  readonly outcome: Outcome;
  readonly writes: ReadonlyArray<Write<unknown>>;
}

const settle = (
  message: Message<DispatchRef>,
  { outcome, writes }: Settling,
  onEnd: (error: SluiceError | undefined) => void,
): void => {
  try {
    message[delivery].settleWith(outcome, writes, onEnd);
  } catch (cause) {
    onEnd(toSluiceError(cause));
  }
};

const isGone = (error: SluiceError, { id }: Message<DispatchRef>): boolean =>
  error.retryable ||
  error._tag === "StoreClosed" ||
  ((error._tag === "LeaseLost" || error._tag === "AlreadySettled") && error.id === id);

/** Interruptions are no attempts, nor is it one where nothing could be read. */
const failedBy = (failure: Failure<unknown>): Ended =>
  failure._tag === "Interrupted"
    ? { is: "given back", reason: failure.reason, delayMs: 0 }
    : unread(toSluiceError(causeOf(failure)));
