/** A whole consumer as one task. */
import { concatAll } from "fp-ts/lib/Monoid.js";
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import { type ObservableInput, reduce } from "rxjs";
import { fromOne } from "../core/Effect.js";
import { getPolicyMonoid } from "../core/FailurePolicy.js";
import type { Message } from "../core/Message.js";
import type { Outcome } from "../core/Outcome.js";
import type { Options } from "../core/options.js";
import { decide } from "../operators/decide.js";
import { handle } from "../operators/handle.js";
import type { HasPolicy } from "../operators/internal/Decision.js";
import { settle } from "../operators/settle.js";
import type { Queue } from "../queue/Queue.js";
import { fromLazy, type QueueTask } from "./fromEffect.js";

export interface ConsumeOptions<E>
  extends Options<{
    /** The most unsettled messages. Default: as many as the handlers can run, and as they settle while others are fetched. */
    prefetch: number;
    /** Milliseconds that works in hand have to settle after `stop$`. Default 30,000. */
    stopMsMax: number;
    /** How many handlers run at a time. Default 16. */
    concurrency: number;
    /** Milliseconds until a handler counts as failed; its task cannot be cancelled. Default 300,000. */
    timeoutMs: number;
    /**
     * Decisions for failures, in order; the first to decide wins: `retryBackoff(…)`, `block(…)`, `deadLetter()`, `decide(…)`. Where
     * none decides, a failure is retried as by `retryBackoff()`.
     */
    onFailure: ReadonlyArray<HasPolicy<E>>;
  }> {
  /** The consumer runs until its first value. */
  readonly stop$: ObservableInput<unknown>;
}

/** How many deliveries ended by each outcome. */
export type Tally = Readonly<Record<Outcome["_tag"] | "Lost", number>>;

const zero: Tally = { Ack: 0, Retry: 0, Release: 0, Reject: 0, Block: 0, Lost: 0 };

/**
 * Consumes a queue with a handler until it is stopped, and answers how many deliveries ended by each outcome.
 *
 * A right is acked, a left goes through `onFailure`. Outages of the store are ridden out. Fails only for wrong options or a defect.
 *
 * @param queue the queue to consume; the handler's `data` has its type
 *
 * @example
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import * as TE from "fp-ts/lib/TaskEither.js";
 * import * as t from "io-ts";
 * import { timer } from "rxjs";
 * import { deadLetter, queue, retryBackoff } from "sluice";
 * import { memoryStore } from "sluice/memory";
 * import * as Q from "sluice/task";
 *
 * const orders = queue(memoryStore(), { name: "orders", codec: t.string });
 * await orders.enqueue("o-1");
 * const run = pipe(
 *   Q.consume(orders)((id) => TE.right(id.length), {
 *     stop$: timer(50),
 *     onFailure: [retryBackoff({ attemptsMax: 6 }), deadLetter()],
 *   }),
 *   TE.match((e) => e.message, (n) => `${n.Ack} acked, ${n.Reject} dead`),
 * );
 * console.log(await run());
 * ```
 */
export const consume =
  <A>(queue: Queue<A>) =>
  <E, B>(
    handler: (data: A, message: Message<A>) => TaskEither<E, B>,
    { onFailure = [], concurrency, timeoutMs, ...options }: ConsumeOptions<NoInfer<E>>,
  ): QueueTask<Tally> =>
    fromLazy(() =>
      fromOne(
        queue.messages(options).pipe(
          handle((message: Message<A>) => handler(message.data, message), { concurrency, timeoutMs }),
          decide<A, B, E>(concatAll(getPolicyMonoid<E>())(onFailure.map(({ policy }) => policy))),
          settle(),
          reduce((tally, { outcome }) => ({ ...tally, [outcome._tag]: tally[outcome._tag] + 1 }), zero),
        ),
      ),
    );
