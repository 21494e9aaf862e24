/** One call for all that ask the same of a feed at the same time: of a thousand followers at the end of the log, one waits. */
import { finalize, type Observable, share, tap } from "rxjs";
import type { FeedPage, FeedRequest } from "../port/LogPort.js";
import type { LogStore } from "../port/Store.js";

const underWay = new WeakMap<LogStore, Map<string, Observable<FeedPage>>>();

/**
 * The page that this request brings; whoever asks while the same request is under way gets its page too. It may have been asked for a
 * little earlier, so it may not have what was appended last: for those who go on from where it ends.
 */
export const sharedFeed = (store: LogStore, request: FeedRequest): Observable<FeedPage> => {
  const calls = callsOn(store);
  const key = JSON.stringify(request);
  const known = calls.get(key);
  if (known !== undefined) return known;
  const forget = (): void => {
    if (calls.get(key) === page$) calls.delete(key);
  };
  // Once its page has come, whoever is told of it may ask for the next one.
  const page$ = store.readFeed(request).pipe(tap(forget), finalize(forget), share());
  calls.set(key, page$);
  return page$;
};

const callsOn = (store: LogStore): Map<string, Observable<FeedPage>> => {
  let calls = underWay.get(store);
  if (calls === undefined) {
    calls = new Map();
    underWay.set(store, calls);
  }
  return calls;
};
