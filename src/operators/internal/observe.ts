/** How operators subscribe to their source. */
import { type Observable, type Observer, Subscriber } from "rxjs";

/**
 * Subscribes an observer for as long as the subscriber lives. The two are linked before `subscribe` is called: what it returns comes
 * too late to end a source that emits within the call, perhaps without end.
 *
 * @internal
 */
export const observe = <T>(source: Observable<T>, observer: Observer<T>, subscriber: Subscriber<unknown>): void => {
  const own = new Subscriber<T>(observer);
  subscriber.add(own);
  source.subscribe(own);
};
