/**
 * One delivery of a dispatch: reads what is on record, calls the handler, and says how the dispatch goes on. It writes nothing: the result
 * is written together with the settlement of its message.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import { of, type Subscriber, switchMap, type Unsubscribable } from "rxjs";
import { decodePayload } from "../../codec/envelope.js";
import { causeOf } from "../../core/Failure.js";
import { delivery, type Message } from "../../core/Message.js";
import { asNonRetryable } from "../../core/nonRetryable.js";
import { randomOf } from "../../core/Random.js";
import type { SluiceError } from "../../core/SluiceError.js";
import type { PutStep } from "../../core/steps/Put.js";
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
import type { Running } from "../Local.js";
import type { DispatchRef } from "../ledger/DispatchCodec.js";
import { StoredEventCodec } from "../ledger/EventRecord.js";
import { signsOf } from "../tend/signs.js";
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
  /** What is overdue by more than that is lost. */
  readonly elapsedMs: number;
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

export class Attempting implements WorkObserver, Unsubscribable, Running {
  subscription: Unsubscribable | undefined = undefined;
  private reading: Unsubscribable | undefined = undefined;
  private writing: Unsubscribable | undefined = undefined;
  private holds = false;
  private last: unknown = undefined;
  private hasLast = false;
  private emits: ReadonlyArray<Write<unknown>> = none;
  private found: Beginning | undefined = undefined;
  private permit: Permit | undefined = undefined;
  private called = false;
  /** As `found` will be when the sign that is under way is on record. */
  private signing: Beginning | undefined = undefined;
  /** An end that waits for that. */
  private waiting: (() => void) | undefined = undefined;

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
    local.running.set(data.dispatchId, this);
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
    this.writing?.unsubscribe();
    this.subscription?.unsubscribe();
  }

  sign(nowMs: number, beforeMs: number): PutStep | undefined {
    const { found, signing } = this;
    if (found === undefined || signing !== undefined || (found.dispatch.dueAtMs ?? nowMs) >= beforeMs) return undefined;
    const dispatch = { ...found.dispatch, dueAtMs: nowMs };
    const put = this.serving.parts.ledger.putDispatch(dispatch, found.stored);
    this.signing = { ...found, dispatch, stored: { ...found.stored, revision: put.revision } };
    return put;
  }

  signed(isWritten: boolean): void {
    if (isWritten) this.found = this.signing;
    this.signing = undefined;
    this.waiting?.();
    this.waiting = undefined;
  }

  private read(stored: StoredRecord | undefined, event: StoredRecord | undefined): void {
    const { parts, handling, destination } = this.serving;
    if (stored === undefined) {
      this.end({ is: "not found" });
      return;
    }
    const read = parts.ledger.dispatchIn(stored);
    if (isLeft(read)) {
      this.giveBack("dispatch", read.left.report);
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

  private run({ to, options }: Handling, dispatch: DispatchState, { value }: StoredRecord): void {
    const { parts, timeouts } = this.serving;
    const { eventId, id } = dispatch;
    const decoded = decodePayload(parts.eventCodec, value);
    if (isLeft(decoded)) {
      const stored = decodePayload(StoredEventCodec, value);
      if (isLeft(stored)) this.giveBack("event", stored.left);
      else this.error(new Error(`the codec refuses the payload: ${decoded.left.join("; ")}`));
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
    if (dispatch.key !== undefined) this.signLate();
    subscribeWork(timeouts.within(options.timeoutMs ?? TIMEOUT_MS, call), this);
  }

  /** Who has waited long behind another one of its key is overdue as soon as that has ended. */
  private signLate(): void {
    const { parts, elapsedMs } = this.serving;
    // Where it is not written, the next round does it.
    this.writing = signsOf(parts, [this], elapsedMs).subscribe({ error: () => undefined });
  }

  /** Into another hub: together with the result where it has the same store, else before it. */
  private emit(make: () => Write<unknown>): void {
    let write: Write<unknown>;
    let isHere: boolean;
    try {
      write = make();
      // What has no options is no Write, as where JavaScript answers a promise.
      isHere = write.options.target === this.serving.parts.store;
    } catch (cause) {
      this.error(cause);
      return;
    }
    if (!isHere) {
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

  /** To a process of the version that has written it. */
  private giveBack(of: "dispatch" | "event", report: ReadonlyArray<string>): void {
    const { parts, destination } = this.serving;
    const { dispatchId } = this.message.data;
    parts.sink.tell({ _tag: "Malformed", destination, dispatchId, of, report });
    this.end({ is: "given back", reason: "this version cannot read it", delayMs: UNREADABLE_MS });
  }

  private conclude(went: Went, endedAtMs = this.nowMs): void {
    const { found } = this;
    if (found === undefined) return;
    if (this.signing !== undefined) {
      // It would refuse a result that is written upon what is on record before it.
      this.waiting = () => this.conclude(went, endedAtMs);
      return;
    }
    const executing = new Executing(found, { went, endedAtMs }, this.emits);
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
      return asNonRetryable(went.cause) === undefined ? "badly" : "neither";
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
