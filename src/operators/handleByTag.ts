/** The operator for tagged unions. */
import type { OperatorFunction } from "rxjs";
import type { Handled } from "../core/Handled.js";
import type { Message } from "../core/Message.js";
import type { CallIt, ErrorOf, ResultOf, Uncalled, Work } from "../core/Work.js";
import { type HandleOptions, handleWith } from "./internal/handleWith.js";
import type { HandleContext } from "./internal/WorkContext.js";

/** A handler for each value of the tag. */
export type ByTag<A, K extends keyof A> = {
  readonly [T in A[K] & string]: (
    message: Message<Extract<A, { readonly [P in K]: T }>>,
    context: HandleContext,
  ) => Work;
};

/** Refuses handlers for tags that the union does not have. */
export type Exactly<H, T> = { readonly [P in Exclude<keyof H, T>]: never };

/** What `handleByTag` emits for handlers that return this work. */
export type HandledBy<A, W> = [Uncalled<W>] extends [never] ? Handled<A, ResultOf<W>, ErrorOf<W>> : CallIt;

/**
 * Like `handle`, with one handler for each tag of a union. A tag without a handler does not compile, and each handler gets messages
 * of its own case.
 *
 * ```text
 * -a-b-----|
 * a := push
 * b := star
 *
 * > handleByTag("type", { push, star })
 *
 * ---x-y---|
 * x := push: Right(3)
 * y := star: Right(Ack): Ack
 * ```
 *
 * Errors: those of `handle`. A tag without a handler (where the data does not come from a codec of this union) is a `Threw` failure.
 *
 * Delivery, memory and cancelling: those of `handle`.
 *
 * @param tag the property that tells the cases apart
 * @param handlers one for each of its values
 * @param options as for `handle`
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { of, take } from "rxjs";
 * import { Ack, handleByTag, queue, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const Hook = t.union([t.type({ type: t.literal("push"), commits: t.number }), t.type({ type: t.literal("star") })]);
 * const hooks = queue(memoryStore(), { name: "hooks", codec: Hook });
 * await hooks.enqueue({ type: "push", commits: 3 });
 * hooks
 *   .messages()
 *   .pipe(handleByTag("type", { push: async (m) => m.data.commits, star: () => of(Ack) }), settle(), take(1))
 *   .subscribe((s) => console.log(s.outcome._tag));
 * ```
 */
export function handleByTag<A, K extends keyof A, H extends ByTag<A, K>>(
  tag: K,
  handlers: H & ByTag<A, K> & NoInfer<Exactly<H, A[K]>>,
  options?: HandleOptions,
): OperatorFunction<Message<A>, HandledBy<A, ReturnType<H[keyof H & A[K] & string]>>>;
export function handleByTag<A>(
  tag: keyof A,
  handlers: Readonly<Record<string, (message: Message<A>, context: HandleContext) => Work>>,
  options: HandleOptions = {},
): OperatorFunction<Message<A>, Handled<A, unknown, unknown>> {
  return handleWith(
    {
      work: (message: Message<A>, context) => {
        const value = String(message.data[tag]);
        // The text does not show the value: it is payload, and the text goes into dead letters and logs.
        if (!Object.hasOwn(handlers, value))
          throw new TypeError(
            `handleByTag has no handler for this message's ${String(tag)}, only for ${Object.keys(handlers).join(", ")}.`,
          );
        return handlers[value]?.(message, context);
      },
    },
    options,
  );
}
