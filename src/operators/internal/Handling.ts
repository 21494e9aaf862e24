/**
 * One delivery (a message or a batch) on its way through a handler.
 *
 * ```text
 *            a place is free           value, error, timeout, interrupt
 *   waiting ────────────────▶ running ─────────────────────────────────▶ ended
 *      └──────────────── interrupt, end of the pipeline ──────────────────▲
 * ```
 *
 * It is itself the observer of its work, so that no closure and no operator stands between.
 */
import type { Unsubscribable } from "rxjs";
import type { Batch } from "../../core/Batch.js";
import type { Timed } from "../../core/Deadlines.js";
import { type Failure, Interrupted } from "../../core/Failure.js";
import { delivery, type Holder, type Message } from "../../core/Message.js";
import { subscribeWork, type WorkObserver } from "../../core/subscribeWork.js";
import { type Answer, answerOf, failedBy, threw } from "./Answer.js";
import { reportUnhandled } from "./reportUnhandled.js";
import { type HandleContext, WorkContext } from "./WorkContext.js";

/** What a handling needs of the subscription that runs it. */
export interface HandlingOwner {
  readonly work: (delivered: Message<unknown> | Batch<unknown>, context: HandleContext) => unknown;
  /** The answer for one message of a batch, at this index of `length`, from the answer for the whole batch. */
  readonly split: (answer: Answer, index: number, length: number) => Answer;
  /** The handling has ended: takes it out of its chain and lets it deliver its answer, before another one starts. */
  readonly ended: (handling: Handling, was: HandlingState, answer: Answer) => void;
  /** One message has left a batch that goes on: emits it. */
  readonly left: (message: Message<unknown>, answer: Answer) => void;
  readonly emit: (message: Message<unknown>, answer: Answer) => void;
}

export type HandlingState = "waiting" | "starting" | "running" | "ended";

export abstract class Handling implements WorkObserver, Timed<Handling> {
  before: Handling | undefined = undefined;
  after: Handling | undefined = undefined;
  dueMs = 0;
  state: HandlingState = "waiting";
  subscription: Unsubscribable | undefined = undefined;
  private context: WorkContext | undefined = undefined;
  private last: unknown = undefined;
  private hasLast = false;

  constructor(protected readonly owner: HandlingOwner) {}

  protected abstract readonly delivered: Message<unknown> | Batch<unknown>;
  /** Takes the messages in hand. */
  abstract hold(): void;
  /** Tells the messages that their work begins. */
  protected abstract begin(): void;
  /** Lets go of the messages, except those that another holder has taken over. */
  protected abstract letGo(): void;
  /** Emits one Handled for each message that is still in hand, then lets go. */
  abstract deliver(answer: Answer): void;

  /** Runs the work, which may have ended when this returns. */
  start(): void {
    this.state = "starting";
    this.context = new WorkContext();
    this.begin();
    try {
      subscribeWork(this.owner.work(this.delivered, this.context), this);
    } catch (cause) {
      this.finish(threw(cause));
    }
  }

  next(value: unknown): void {
    this.last = value;
    this.hasLast = true;
  }

  error(cause: unknown): void {
    this.finish(threw(cause));
  }

  complete(): void {
    this.finish(this.hasLast ? answerOf(this.last) : threw(new Error("The work completed without a value.")));
  }

  /** Ends with this failure: the work is unsubscribed, and what it still emits does not count. */
  cutShort(failure: Failure<unknown>): void {
    const was = this.state;
    if (was === "ended") return;
    this.state = "ended";
    this.cancel();
    this.owner.ended(this, was, failedBy(failure));
  }

  /** Ends without an answer, since nobody listens any more. */
  abandon(): void {
    if (this.state === "ended") return;
    this.state = "ended";
    this.cancel();
    this.letGo();
  }

  private finish(answer: Answer): void {
    const was = this.state;
    if (was === "ended") return;
    this.state = "ended";
    this.owner.ended(this, was, answer);
  }

  private cancel(): void {
    this.context?.abort();
    this.unsubscribe();
  }

  // A teardown that throws must break neither the answer nor the other works.
  private unsubscribe(): void {
    const { subscription } = this;
    this.subscription = undefined;
    try {
      subscription?.unsubscribe();
    } catch (cause) {
      reportUnhandled(cause);
    }
  }
}

/** The handling of one message. */
export class MessageHandling extends Handling {
  private readonly holder: Holder = (reason) => this.cutShort(Interrupted(reason));

  constructor(
    owner: HandlingOwner,
    protected readonly delivered: Message<unknown>,
  ) {
    super(owner);
  }

  hold(): void {
    this.delivered[delivery].hold(this.holder);
  }

  protected begin(): void {
    this.delivered[delivery].begun = true;
  }

  protected letGo(): void {
    this.delivered[delivery].letGo(this.holder);
  }

  deliver(answer: Answer): void {
    this.owner.emit(this.delivered, answer);
    this.letGo();
  }
}

/** The handling of a batch: one work, one Handled per message. A message that is taken away does not disturb the others. */
export class BatchHandling extends Handling {
  private readonly holders: Array<Holder | undefined> = [];
  private inHand: number;

  constructor(
    owner: HandlingOwner,
    protected readonly delivered: Batch<unknown>,
  ) {
    super(owner);
    this.inHand = delivered.messages.length;
  }

  hold(): void {
    this.delivered.messages.forEach((message, i) => {
      const holder: Holder = (reason) => this.interrupted(i, reason);
      this.holders[i] = holder;
      message[delivery].hold(holder);
    });
  }

  protected begin(): void {
    for (const message of this.delivered.messages) message[delivery].begun = true;
  }

  protected letGo(): void {
    this.delivered.messages.forEach((message, i) => {
      const holder = this.holders[i];
      if (holder !== undefined) message[delivery].letGo(holder);
    });
  }

  deliver(answer: Answer): void {
    const { messages } = this.delivered;
    const kept = messages.find((_, i) => this.holders[i] !== undefined) ?? messages[0];
    kept[delivery].together(() => {
      messages.forEach((message, i) => {
        if (this.holders[i] !== undefined) this.owner.emit(message, this.owner.split(answer, i, messages.length));
      });
    });
    this.letGo();
  }

  private interrupted(i: number, reason: Interrupted["reason"]): void {
    const message = this.delivered.messages[i];
    if (this.state === "ended" || message === undefined) return;
    this.inHand -= 1;
    if (this.inHand === 0) this.cutShort(Interrupted(reason));
    else {
      this.holders[i] = undefined;
      this.owner.left(message, failedBy(Interrupted(reason)));
    }
  }
}
