/** Ends leases before their time, as the clock would: it counts as a failure, the message goes back in front, the token is dead. */
import { isRight } from "fp-ts/lib/Either.js";
import { tap } from "rxjs";
import { fromOne } from "../core/Effect.js";
import { newId } from "../core/newId.js";
import { Retry } from "../core/Outcome.js";
import type { Lease, LeaseRequest } from "../port/Lease.js";
import type { Store } from "../port/Store.js";
import { viewOf } from "../port/viewOf.js";

interface Granted {
  readonly lease: Lease;
  readonly attemptsMax: number;
}

export interface LeaseBreaker {
  /** The same store. The breaker remembers what it leases. */
  readonly store: Store;
  /** Ends the live leases of a queue and answers how many there were. */
  readonly expireLeases: (queue: string) => Promise<number>;
}

/** Remembers the leases of a store, to be able to end them. Memory grows with the leases of one simulation. */
export const leaseBreaker = (inner: Store): LeaseBreaker => {
  const granted = new Map<string, Array<Granted>>();
  const remember = ({ queue, attemptsMax }: LeaseRequest, leases: ReadonlyArray<Lease>): void => {
    granted.set(queue, [...(granted.get(queue) ?? []), ...leases.map((lease) => ({ lease, attemptsMax }))]);
  };
  return {
    store: viewOf(inner, {
      lease: (request) => fromOne(inner.lease(request).pipe(tap((leases) => remember(request, leases)))),
    }),
    expireLeases: async (queue) => {
      const known = granted.get(queue) ?? [];
      granted.delete(queue);
      const lists = known.map(({ lease, attemptsMax }) => [
        {
          _tag: "Settle" as const,
          queue,
          id: lease.id,
          token: lease.token,
          outcome: Retry({ cause: "lease expired" }),
          cause: "lease expired",
          attemptsMax,
        },
      ]);
      return (await inner.write(lists, newId())).filter(isRight).length;
    },
  };
};
