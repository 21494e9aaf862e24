/** How operators subscribe to their source. */
import { type Observable, type Observer, Subscriber } from "rxjs";

/**
 * Subscribes an observer for as long as the subscriber lives. What `subscribe` returns comes too late for a source that
 * emits while it is being subscribed to, endless ones included: so the link is made before.
 *
 * @internal
 */
export const observe = <T>(source: Observable<T>, observer: Observer<T>, subscriber: Subscriber<unknown>): void => {
  const own = new Subscriber<T>(observer);
  subscriber.add(own);
  source.subscribe(own);
};
