/**
 * One delivery of a dispatch: reads what is on record, calls the handler, and says how the dispatch goes on. It writes nothing: the result
 * is written together with the settlement of its message.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import { of, type Subscriber, switchMap, type Unsubscribable } from "rxjs";
import { decodePayload } from "../../codec/envelope.js";
import { causeOf } from "../../core/Failure.js";
import { delivery, type Message } from "../../core/Message.js";
import { isNonRetryable } from "../../core/nonRetryable.js";
import { randomOf } from "../../core/Random.js";
import type { SluiceError } from "../../core/SluiceError.js";
import { subscribeWork, type WorkObserver } from "../../core/subscribeWork.js";
import { refusalOf, type Write } from "../../core/Write.js";
import { answerOf } from "../../operators/internal/Answer.js";
import type { Timeouts } from "../../operators/internal/Timeouts.js";
import type { HandleContext } from "../../operators/internal/WorkContext.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import { Complete, type DispatchContext, type DispatchWork, type HubEvent } from "../Destination.js";
import type { DispatchState } from "../Dispatch.js";
import type { Handling, Parts } from "../definition.js";
import type { DispatchId } from "../ids.js";
import type { DispatchRef } from "../ledger/DispatchCodec.js";
import type { Sign } from "../valve/Breaker.js";
import type { DestinationValve, Permit } from "../valve/DestinationValve.js";
import { type Attempted, type Concluded, conclude, INTERRUPTED, type Went } from "./conclude.js";

/** How a delivery ends. */
export type Ended =
  /** There is no such dispatch, or it has a result: the message is done. */
  | { readonly is: "not found" }
  /** It cannot be told now. */
  | { readonly is: "given back"; readonly reason: string; readonly delayMs: number }
  | Executing;

const none: ReadonlyArray<Write<unknown>> = [];

/** A dispatch under way. */
interface Beginning extends Pick<Attempted, "attempt" | "executedAtMs"> {
  readonly stored: StoredRecord;
  readonly dispatch: DispatchState;
}

/** An attempt that has a result, which is not written yet. */
export class Executing {
  readonly is = "executed";
  readonly stored: StoredRecord;
  readonly concluded: Concluded;

  constructor(
    private readonly beginning: Beginning,
    private readonly end: Pick<Attempted, "went" | "endedAtMs">,
    /** What is emitted into another hub of the same store, together with the result. */
    readonly emits: ReadonlyArray<Write<unknown>>,
  ) {
    const { attempt, executedAtMs, dispatch, stored } = beginning;
    const { went, endedAtMs } = end;
    // Its numbers are seldom asked for.
    const random = (): number => randomOf(`${dispatch.id} ${attempt}`)();
    this.stored = stored;
    this.concluded = conclude(dispatch, { attempt, executedAtMs, went, endedAtMs, random });
  }

  /** The same attempt with another end. */
  instead(went: Went): Executing {
    return new Executing(this.beginning, { went, endedAtMs: this.end.endedAtMs }, none);
  }
}

/** What all deliveries of one destination share. */
export interface Serving {
  readonly parts: Parts;
  readonly destination: string;
  /** Undefined: this program has no such destination. */
  readonly handling: Handling | undefined;
  readonly timeouts: Timeouts;
  /** Undefined: nothing holds its dispatches back. */
  readonly valve: DestinationValve | undefined;
}

/** Another delivery of the same dispatch is under way here, and ends when its handler does. */
const BUSY: Ended = { is: "given back", reason: "its handler runs in this process already", delayMs: 250 };
/** It was on its way to its handler when its destination had no room any more. */
const HELD_BACK: Ended = { is: "given back", reason: "its destination is held back", delayMs: 0 };
const UNREADABLE_MS = 10_000;
const TIMEOUT_MS = 300_000;
/** Beside what is emitted stand the settlement and a put with two places. */
const STEPS_BESIDE = 3;

export class Attempting implements WorkObserver, Unsubscribable {
  subscription: Unsubscribable | undefined = undefined;
  private reading: Unsubscribable | undefined = undefined;
  private holds = false;
  private last: unknown = undefined;
  private hasLast = false;
  private emits: ReadonlyArray<Write<unknown>> = none;
  private found: Beginning | undefined = undefined;
  private permit: Permit | undefined = undefined;
  private called = false;

  constructor(
    private readonly serving: Serving,
    private readonly message: Message<DispatchRef>,
    private readonly subscriber: Subscriber<Ended>,
  ) {}

  start(): void {
    const { data } = this.message;
    const { parts, valve } = this.serving;
    const { ledger, local } = parts;
    if (local.running.has(data.dispatchId)) {
      this.end(BUSY);
      return;
    }
    this.permit = valve?.take();
    if (valve !== undefined && this.permit === undefined) {
      this.end(HELD_BACK);
      return;
    }
    local.running.add(data.dispatchId);
    this.holds = true;
    this.reading = ledger.read(data).run(
      ([dispatch, event]) => this.read(dispatch, event),
      (error) => this.subscriber.error(error),
    );
  }

  next(value: unknown): void {
    this.last = value;
    this.hasLast = true;
  }

  error(cause: unknown): void {
    this.conclude({ is: "failed", cause });
  }

  complete(): void {
    if (!this.hasLast) {
      this.error(new Error("The work completed without a value."));
      return;
    }
    const { result } = answerOf(this.last);
    if (isLeft(result)) this.error(causeOf(result.left));
    else if (result.right === "complete" || result.right === "ignored") this.conclude({ is: result.right });
    else this.error(new TypeError("The handler answered neither Complete nor Ignored."));
  }

  unsubscribe(): void {
    if (this.holds) this.serving.parts.local.running.delete(this.message.data.dispatchId);
    this.holds = false;
    this.permit?.end("neither");
    this.reading?.unsubscribe();
    this.subscription?.unsubscribe();
  }

  private read(stored: StoredRecord | undefined, event: StoredRecord | undefined): void {
    const { parts, handling, destination } = this.serving;
    const { data } = this.message;
    if (stored === undefined) {
      this.end({ is: "not found" });
      return;
    }
    const read = parts.ledger.dispatchIn(stored);
    if (isLeft(read)) {
      parts.sink.tell({ _tag: "Malformed", destination, dispatchId: data.dispatchId, report: read.left.report });
      this.end({ is: "given back", reason: "this version cannot read it", delayMs: UNREADABLE_MS });
      return;
    }
    const dispatch = read.right;
    if (dispatch.status !== "ongoing") {
      this.end({ is: "not found" });
      return;
    }
    const attempt = Math.max(this.message.attempt, dispatch.executionCount + 1);
    const executedAtMs = this.nowMs;
    this.found = { stored, dispatch, attempt, executedAtMs };
    if (attempt > dispatch.settings.maxRetries + 1) {
      // Its last attempt was never concluded: whoever ran it has died.
      this.found = { stored, dispatch, executedAtMs, attempt: attempt - 1 };
      this.conclude({ is: "failed", cause: INTERRUPTED, isLast: true });
    } else if (handling === undefined)
      this.conclude({ is: "misconfigured", cause: `this program has no destination ${JSON.stringify(destination)}` });
    else if (event === undefined)
      this.conclude({ is: "failed", cause: "its event is not kept any more", isLast: true });
    else this.run(handling, dispatch, event);
  }

  private run({ to, options }: Handling, { eventId, id }: DispatchState, { value }: StoredRecord): void {
    const { parts, timeouts } = this.serving;
    const decoded = decodePayload(parts.eventCodec, value);
    if (isLeft(decoded)) {
      this.error(new Error(`the codec refuses the payload: ${decoded.left.join("; ")}`));
      return;
    }
    const { createdAtMs, payload } = decoded.right;
    if (typeof to !== "function") {
      this.emit(() => to.emit([payload]));
      return;
    }
    const event: HubEvent<unknown> = { id: eventId, payload, createdAtMs };
    const attempt = this.found?.attempt ?? 1;
    const call = (context: HandleContext): DispatchWork => to(event, new Context({ dispatchId: id, attempt, context }));
    if (this.permit?.begin() === false) {
      this.end(HELD_BACK);
      return;
    }
    this.called = true;
    subscribeWork(timeouts.within(options.timeoutMs ?? TIMEOUT_MS, call), this);
  }

  /** Into another hub: together with the result where it has the same store, else before it. */
  private emit(make: () => Write<unknown>): void {
    let write: Write<unknown>;
    try {
      write = make();
    } catch (cause) {
      this.error(cause);
      return;
    }
    if (write.options.target !== this.serving.parts.store) {
      subscribeWork(write.pipe(switchMap(() => of(Complete))), this);
      return;
    }
    const refusal = refusalOf(write, STEPS_BESIDE);
    if (refusal !== undefined) {
      this.error(refusal);
      return;
    }
    this.emits = [write];
    this.conclude({ is: "complete" });
  }

  private conclude(went: Went): void {
    const { found } = this;
    if (found === undefined) return;
    const executing = new Executing(found, { went, endedAtMs: this.nowMs }, this.emits);
    if (this.called) this.permit?.end(signOf(went), executing.concluded.execution.error);
    this.end(executing);
  }

  private end(ended: Ended): void {
    this.subscriber.next(ended);
    this.subscriber.complete();
  }

  /** By the clock of the process, as all times on record. */
  private get nowMs(): number {
    return this.message[delivery].scheduler.now();
  }
}

/** What fails for good would fail the same anywhere, so that it says nothing of the destination. */
const signOf = (went: Went): Sign => {
  switch (went.is) {
    case "complete":
    case "ignored":
      return "well";
    case "failed":
      return isNonRetryable(went.cause) ? "neither" : "badly";
    case "misconfigured":
      return "neither";
  }
};

interface ContextParts extends Omit<DispatchContext, "signal"> {
  readonly context: HandleContext;
}

class Context implements DispatchContext {
  readonly dispatchId: DispatchId;
  readonly attempt: number;
  private readonly context: HandleContext;

  constructor({ dispatchId, attempt, context }: ContextParts) {
    this.dispatchId = dispatchId;
    this.attempt = attempt;
    this.context = context;
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }
}

/** Why no attempt was made, by what reading failed with. */
export const unread = (error: SluiceError): Ended => ({ is: "given back", reason: error.message, delayMs: 1_000 });
