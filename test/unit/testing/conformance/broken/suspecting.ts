/** Stores that do not keep apart what may have killed its process. */
import { right } from "fp-ts/lib/Either.js";
import { forkJoin, map } from "rxjs";
import { v7 } from "uuid";
import { effect, fromOne, succeed } from "../../../../../src/core/Effect.js";
import type { Lease, LeaseRequest } from "../../../../../src/port/Lease.js";
import type { Store } from "../../../../../src/port/Store.js";
import { type Break, changingLeases, changingRequests, mapped, releaseOf } from "./BrokenStore.js";

/** All that the store has now for such a request, call by call. */
const gathered = (store: Store, request: LeaseRequest): ReadonlyArray<Lease> => {
  const all: Array<Lease> = [];
  for (let got: ReadonlyArray<Lease> | undefined; got?.length !== 0; ) {
    if (all.length === request.max) break;
    store.lease({ ...request, max: request.max - all.length, waitMsMax: 0 }).subscribe((leases) => {
      got = leases;
    });
    all.push(...(got ?? []));
  }
  return all;
};

export const suspecting: Readonly<Record<string, Break>> = {
  "brings suspects in company": (store) => ({
    lease: (request) => (request.waitMsMax > 0 ? store.lease(request) : succeed(gathered(store, request))),
  }),
  "takes all hands for empty": changingRequests((request) => ({ ...request, hands: "empty" })),
  "takes proven hands for empty ones": changingRequests((request) => ({
    ...request,
    hands: request.hands === "proven" ? "empty" : request.hands,
  })),
  "lets full hands wait while a suspect is next": (store) => ({
    lease: (request) =>
      request.waitMsMax === 0
        ? store.lease(request)
        : effect((asker) =>
            store.lease(request).subscribe((leases) => {
              if (leases.length === 0) return;
              asker.next(leases);
              asker.complete();
            }),
          ),
  }),
  "suspects for ever": (store) => {
    const suspects = new Set<string>();
    return changingLeases((leases) =>
      leases.map((lease) => {
        if (lease.suspect) suspects.add(lease.id);
        return { ...lease, suspect: suspects.has(lease.id) };
      }),
    )(store);
  },
  "counts what was not begun": (store) => ({ extend: (request) => store.extend({ ...request, unbegun: 0 }) }),
  "takes back what was not begun": (store) => ({
    extend: (request) => {
      const { queue, leases, unbegun = 0 } = request;
      const waiting = leases.slice(leases.length - unbegun);
      store.write([waiting.map((lease) => releaseOf(queue, lease))], v7()).subscribe();
      return mapped(store.extend(request), () => leases.map(() => right(undefined)));
    },
  }),
  "ends leases of what was not begun a millisecond late": (store) => ({
    extend: ({ leases, leaseMs, unbegun = 0, ...rest }) => {
      const first = leases.length - unbegun;
      const begun = store.extend({ ...rest, leases: leases.slice(0, first), leaseMs });
      const waiting = store.extend({ ...rest, leases: leases.slice(first), leaseMs: leaseMs + 1, unbegun });
      return fromOne(forkJoin([begun, waiting]).pipe(map((answers) => answers.flat())));
    },
  }),
  "takes all that is extended for not begun": (store) => ({
    extend: (request) => store.extend({ ...request, unbegun: request.leases.length }),
  }),
  "tells of no suspect": changingLeases((leases) => leases.map((lease) => ({ ...lease, suspect: false }))),
};
