/** A whole consumer as one task that still needs a store. */
import type { ReaderTaskEither } from "fp-ts/lib/ReaderTaskEither.js";
import type { Message } from "../../core/Message.js";
import type { SluiceError } from "../../core/SluiceError.js";
import type { QueueDefinition } from "../../queue/QueueDefinition.js";
import * as consumer from "../consume.js";
import { type HasStore, withQueue } from "./StoreTask.js";

/** Consumes with a handler until stopped; answers how many deliveries ended by each outcome. The handler gets the dependencies too. */
export const consume =
  <A>(definition: QueueDefinition<A>) =>
  <R, E, B>(
    handler: (data: A, message: Message<A>) => ReaderTaskEither<R, E, B>,
    options: consumer.ConsumeOptions<NoInfer<E>>,
  ): ReaderTaskEither<R & HasStore, SluiceError, consumer.Tally> =>
  (dependencies) =>
    withQueue(definition, (queue) =>
      consumer.consume(queue)<E, B>((data, message) => handler(data, message)(dependencies), options),
    )(dependencies);
