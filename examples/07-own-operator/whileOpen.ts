/** An operator that keeps messages for a while: it lets them through while something else is well, such as a service behind. */
import { type MonoTypeOperatorFunction, Observable } from "rxjs";
import type { Message } from "sluice";
import { hold } from "sluice/store";

/**
 * Emits messages while the latest value of `open$` is true, and keeps those that come meanwhile, in order.
 *
 * What is kept is in hand: its lease is renewed, and it is given back to the queue when the consumer stops.
 *
 * @param open$ whether messages pass; until its first value none does
 * @param count how many messages it wants to keep. More may come, since the source also fetches what the operators behind want: where
 *   that must be bounded, give `messages` a `prefetch`
 */
export const whileOpen =
  <A>(open$: Observable<boolean>, count: number): MonoTypeOperatorFunction<Message<A>> =>
  (source) =>
    new Observable((subscriber) => {
      const hands = hold<A>({ count });
      const kept = new Set<Message<A>>();
      let open = false;
      let ended = false;
      const finish = (): void => {
        if (ended && kept.size === 0) subscriber.complete();
      };
      const letThrough = (): void => {
        for (const message of kept) {
          if (!open) return;
          kept.delete(message);
          subscriber.next(message);
          hands.letGo(message);
        }
        finish();
      };
      subscriber.add(hands.end);
      subscriber.add(
        open$.subscribe({
          next: (value) => {
            open = value;
            letThrough();
          },
          error: (cause: unknown) => subscriber.error(cause),
        }),
      );
      subscriber.add(
        source.subscribe({
          next: (message) => {
            kept.add(message);
            hands.take(message, () => {
              kept.delete(message);
              finish();
            });
            letThrough();
          },
          error: (cause: unknown) => subscriber.error(cause),
          complete: () => {
            ended = true;
            finish();
          },
        }),
      );
    });
