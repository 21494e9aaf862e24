/** The settlements under way of one subscription of `settle`. */
import { isRight, left } from "fp-ts/lib/Either.js";
import type { Observer, Subscriber } from "rxjs";
import type { End } from "../../core/End.js";
import { type Failure, Threw } from "../../core/Failure.js";
import { type Handled, type Settlement, settlement } from "../../core/Handled.js";
import { delivery, type Message } from "../../core/Message.js";
import { Ack, type Outcome } from "../../core/Outcome.js";
import { type SluiceError, toSluiceError } from "../../core/SluiceError.js";
import type { Write } from "../../core/Write.js";
import { Conflicts } from "./Conflicts.js";
import { defaultOutcome } from "./defaultOutcome.js";

const none: ReadonlyArray<Write<unknown>> = [];

export class Settling<A, R, E> implements Observer<Handled<A, R, E>> {
  private pending = 0;
  private completed = false;
  private readonly conflicts = new Conflicts();

  /** `decide` says what becomes of a message whose follow-ups were refused. */
  constructor(
    private readonly subscriber: Subscriber<Settlement<A, R, E>>,
    private readonly decide: (failure: Failure<E>, message: Message<A>) => Outcome = defaultOutcome,
  ) {}

  next(handled: Handled<A, R, E>): void {
    const { message, result, outcome, givenUp } = handled;
    const asked = outcome ?? (isRight(result) ? Ack : defaultOutcome(result.left, message, givenUp));
    this.pending += 1;
    request(handled, asked, (error, performed) => {
      if (error !== undefined && nothingWritten(error, message)) this.settleFailed(message, error);
      else {
        this.conflicts.settled(message.id);
        this.settled(handled, error, performed);
      }
    });
  }

  error(cause: unknown): void {
    this.subscriber.error(cause);
  }

  complete(): void {
    this.completed = true;
    if (this.pending === 0) this.subscriber.complete();
  }

  private settleFailed(message: Message<A>, refusal: SluiceError): void {
    const failure: Failure<E> = Threw(refusal);
    const outcome = this.conflicts.outcomeOf(message.id, refusal) ?? this.decide(failure, message);
    request({ message, followUps: none }, outcome, (error, performed) =>
      this.settled({ message, result: left(failure) }, error, performed),
    );
  }

  private settled(
    { message, result }: Pick<Settlement<A, R, E>, "message" | "result">,
    error: SluiceError | undefined,
    performed: Outcome,
  ): void {
    this.pending -= 1;
    const outcome = error === undefined ? performed : ({ _tag: "Lost", cause: error } as const);
    this.subscriber.next(settlement({ message, result, outcome }));
    if (this.completed && this.pending === 0) this.subscriber.complete();
  }
}

/** The message to settle, and the writes that go with its ack. */
interface Settled {
  readonly message: Message<unknown>;
  readonly followUps: ReadonlyArray<Write<unknown>>;
}

const request = ({ message, followUps }: Settled, outcome: Outcome, onEnd: End<Outcome>): void => {
  try {
    message[delivery].settleWith(outcome, outcome._tag === "Ack" ? followUps : none, onEnd);
  } catch (cause) {
    // Follow-ups of another store cannot be joined with the ack.
    onEnd(toSluiceError(cause), outcome);
  }
};

/**
 * Whether the request itself was refused, so that nothing was written and the lease is still live: the message can be settled by
 * another outcome. Such refusals are a follow-up that its codec refuses, one that acks another message whose lease is gone, and a
 * delay that is no number.
 */
const nothingWritten = (error: SluiceError, { id }: Message<unknown>): boolean =>
  !error.retryable && !((error._tag === "LeaseLost" || error._tag === "AlreadySettled") && error.id === id);
