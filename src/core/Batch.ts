/** Messages of one window, settled together: one round trip, one answer per message, never atomic. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { brandOf, hasBrand, mark } from "./brand.js";
import { type Effect, effect } from "./Effect.js";
import { showAs } from "./inspecting.js";
import { delivery, type Message } from "./Message.js";
import { Ack, type Outcome } from "./Outcome.js";
import type { SluiceError } from "./SluiceError.js";

export type NonEmpty<A> = readonly [A, ...ReadonlyArray<A>];
/** One answer per message, in order: a lost lease spoils only itself. */
export type Answers = ReadonlyArray<Either<SluiceError, Outcome>>;

/** One window of messages. `data` is aligned with `messages`. As with a message, `{ ...batch }` is no batch. */
export class Batch<out A> {
  readonly messages: NonEmpty<Message<A>>;
  /** How many messages its window takes. */
  readonly sizeMax: number;
  constructor(messages: NonEmpty<Message<A>>, sizeMax: number) {
    this.messages = messages;
    this.sizeMax = sizeMax;
  }
  get data(): NonEmpty<A> {
    // `map` forgets that a list is not empty.
    return this.messages.map((message) => message.data) as unknown as NonEmpty<A>;
  }
  /** `settle(Ack)`. */
  get ack(): Effect<Answers> {
    return this.settle(Ack);
  }
  /** Settles every message in one store call; it never fails as a whole. */
  readonly settle = (outcome: Outcome): Effect<Answers> =>
    effect((asker) => {
      const answers = new Array<Either<SluiceError, Outcome>>(this.messages.length);
      let missing = answers.length;
      this.messages[0][delivery].together(() => {
        this.messages.forEach((message, i) => {
          message[delivery].settleWith(outcome, [], (error, performed) => {
            answers[i] = error === undefined ? right(performed) : left(error);
            missing -= 1;
            if (missing > 0) return;
            asker.next(answers);
            asker.complete();
          });
        });
      });
    });
  toJSON(): object {
    return { messages: this.messages };
  }
}
showAs(Batch, "Batch", (one) => one.toJSON());

const brand = brandOf("Batch");
mark(Batch.prototype, brand);

/** A batch of these messages, whose window takes `sizeMax` of them. */
export const batchOf = <A>(messages: NonEmpty<Message<A>>, sizeMax: number = messages.length): Batch<A> =>
  new Batch(messages, sizeMax);

/** How many messages the window of this batch takes. */
export const sizeMaxOf = (batch: Batch<unknown>): number => batch.sizeMax;

/** Tells a batch from a message. */
export const isBatch = (value: Message<unknown> | Batch<unknown>): value is Batch<unknown> => hasBrand(value, brand);
