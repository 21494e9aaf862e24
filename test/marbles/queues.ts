/** Queue behaviours under test: whole queues on a memory store, on the diagram's clock. */
import * as t from "io-ts";
import {
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  Subject,
  share,
  takeUntil,
  throwError,
  timer,
} from "rxjs";
import { batch, block, handle, type Message, type Queue, type QueueEvent, queue, retryBackoff, settle } from "sluice";
import { memoryStore } from "sluice/memory";
import { tellBatch, tellOutcome } from "../support/tell.js";
import type { Stage } from "./stage.js";
import type { Entry } from "./table.js";

interface Options {
  readonly leaseMs?: number;
  readonly attemptsMax?: number;
  readonly key?: (text: string) => string;
}

/** A queue on the diagram's clock, and what feeds it with the first input; subscribe to both. */
const fed = (
  { scheduler, input }: Stage,
  options: Options = {},
): { readonly q: Queue<string>; readonly feeding: Observable<never> } => {
  const q = queue(memoryStore({ scheduler }), { name: "drawn", codec: t.string, ...options });
  return {
    q,
    feeding: input().pipe(
      mergeMap((text) => q.enqueue(text)),
      ignoreElements(),
    ),
  };
};

const tellAttempt = ({ data, attempt }: Message<string>): string => `${data}, attempt ${attempt}`;
const tellEvent = (event: QueueEvent, names: ReadonlyMap<string, string>): string =>
  event._tag === "Expired" ? `${names.get(event.id)}, attempt ${event.attempt}` : event._tag;

export const queues: Readonly<Record<string, Entry>> = {
  prefetch: {
    operator: "messages({ prefetch: 2 }), each acked after 5 ms",
    run: (stage) => {
      const { q, feeding } = fed(stage);
      const acked = new Subject<string>();
      const delivered = q.messages({ prefetch: 2 }).pipe(
        mergeMap((m) =>
          merge(
            of(m.data),
            timer(5, stage.scheduler).pipe(
              mergeMap(() => m.ack),
              mergeMap(() => {
                acked.next(m.data);
                return [];
              }),
            ),
          ),
        ),
      );
      return { "": merge(delivered, feeding), acked };
    },
  },

  leaseExpiry: {
    operator: "messages(), leaseMs: 10, attemptsMax: 2, nothing settled",
    run: (stage) => {
      const { q, feeding } = fed(stage, { leaseMs: 10, attemptsMax: 2 });
      const names = new Map<string, string>();
      const expired = q.events$.pipe(
        filter(({ _tag }) => _tag === "Expired"),
        map((event) => tellEvent(event, names)),
      );
      const delivered = q.messages().pipe(
        map((m) => {
          names.set(m.id, m.data);
          return tellAttempt(m);
        }),
      );
      return { "": merge(delivered, feeding), expired };
    },
  },

  backoff: {
    operator: "handle(fails twice), retryBackoff({ initialMs: 4 }), settle()",
    run: (stage) => {
      const { q, feeding } = fed(stage);
      const settled = q.messages().pipe(
        handle((m) => (m.attempt < 3 ? throwError(() => new Error("not yet")) : of("done"))),
        retryBackoff({ initialMs: 4 }),
        settle(),
        map(
          ({ message, outcome }) =>
            `attempt ${message.attempt}: ${outcome._tag === "Lost" ? "Lost" : tellOutcome(outcome)}`,
        ),
      );
      return merge(settled, feeding);
    },
  },

  blockAndUnblock: {
    operator: 'handle(k1 fails once), block({ scope: "key" }), settle()',
    run: (stage) => {
      const { q, feeding } = fed(stage, { key: (text) => text.slice(0, 2) });
      let failed = false;
      const settled = q.messages().pipe(
        handle((m) => {
          if (m.data !== "k1" || failed) return of("done");
          failed = true;
          return throwError(() => new Error("once"));
        }),
        block({ scope: "key" }),
        settle(),
        map(({ message, outcome }) => `${message.data}: ${outcome._tag === "Lost" ? "Lost" : tellOutcome(outcome)}`),
      );
      const unblocking = stage.input("unblock").pipe(
        mergeMap(() => q.unblock({ key: "k1" }, "retry")),
        ignoreElements(),
      );
      return merge(settled, feeding, unblocking);
    },
  },

  batchWindow: {
    operator: "messages(), batch({ sizeMax: 3, waitMsMax: 4 })",
    run: (stage) => {
      const { q, feeding } = fed(stage);
      const windows = q.messages().pipe(
        batch({ sizeMax: 3, waitMsMax: 4 }),
        mergeMap((b) => merge(of(tellBatch(b)), b.ack.pipe(ignoreElements()))),
      );
      return merge(windows, feeding);
    },
  },

  unsubscribe: {
    operator: "messages() until 4 ms, then another at 6 ms",
    run: (stage) => {
      const { q, feeding } = fed(stage);
      const first = merge(
        q.messages().pipe(takeUntil(timer(4, stage.scheduler)), map(tellAttempt)),
        feeding,
        new Subject<string>(),
      );
      const second = timer(6, stage.scheduler).pipe(
        mergeMap(() => q.messages().pipe(mergeMap((m) => m.ack.pipe(map(() => tellAttempt(m)))))),
        share(),
      );
      return { first, second };
    },
  },
};
