/** What a person does with targets that are blocked: looks at them, mends what can be mended, and skips what cannot. */
import { EMPTY, exhaustMap, mergeMap, type Observable, scan, startWith, timer } from "rxjs";
import type { BlockedStream } from "sluice/broker";
import type { Say } from "./brokers.js";
import type { Fulfilment } from "./fulfilment.js";

const lookMs = 200;
/** How long a person thinks; meanwhile the others are seen to go on. */
const thinkMs = 600;

/** Emits how many events were skipped so far. */
export const repair = (fulfilment: Fulfilment, say: Say): Observable<number> => {
  const seen = new Set<string>();
  return timer(0, lookMs).pipe(
    exhaustMap(() => fulfilment.broker.blockedStreams({ limit: 50 })),
    mergeMap(({ items }) => items),
    mergeMap((blocked) => {
      if (seen.has(blocked.stream)) return EMPTY;
      seen.add(blocked.stream);
      say(`${blocked.stream} is blocked at ${blocked.recorded.stream}: ${blocked.cause}`);
      return timer(thinkMs).pipe(mergeMap(() => free(fulfilment, blocked, say)));
    }),
    scan((sum, skipped) => sum + skipped, 0),
    startWith(0),
  );
};

/** Answers how many events it has skipped. */
const free = async (
  { broker, carrier }: Fulfilment,
  { stream, recorded, cause }: BlockedStream<unknown>,
  say: Say,
): Promise<number> => {
  if (cause.includes("out of paper")) {
    await carrier.mend(stream.slice("region/".length));
    await broker.unblock(stream);
    say(`${stream} is mended, and goes on with the same event`);
    return 0;
  }
  if (cause.includes("no such address")) {
    const skipped = await broker.skip(stream);
    say(`${stream} goes on behind ${recorded.stream}, which is skipped`);
    return skipped;
  }
  throw new Error(`Nobody knows what to do with ${stream}: ${cause}`);
};
