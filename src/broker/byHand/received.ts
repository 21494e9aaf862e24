/**
 * What a fetch takes of a lane: the heads that this program can handle. As in a run an event whose reactions are all retired passes, and
 * one of a reaction that this program lacks is left to others.
 */
import { catchError, forkJoin, map, type Observable, of, switchMap } from "rxjs";
import { iterate } from "../../core/iterate.js";
import type { Message } from "../../core/Message.js";
import { Ack, type Outcome } from "../../core/Outcome.js";
import { isSluiceError } from "../../core/SluiceError.js";
import type { Holding } from "../deliver/Holding.js";
import type { Lane } from "../Lane.js";
import type { Pending } from "../Pending.js";

export interface Receiving {
  readonly lane: Lane;
  readonly holding: Holding;
  /** At most so many. */
  readonly limit: number;
  /** Called with each of them as soon as it is leased. */
  readonly put: (message: Message<Pending>) => void;
}

interface Walk {
  readonly ours: number;
  readonly goesOn: boolean;
}

/** Goes on behind those that are not for this program, so that they take nobody's place. */
export const received = ({ lane, holding, limit, put }: Receiving): Observable<unknown> =>
  iterate<Walk, never>(
    () => ({ ours: 0, goesOn: true }),
    ({ ours, goesOn }) =>
      goesOn
        ? lane.queue.receive({ max: limit - ours, leaseMs: lane.leaseMs }).pipe(
            switchMap((messages) => {
              const settling = messages.flatMap((message) => {
                const outcome = withoutUs(message, lane, holding);
                if (outcome !== undefined) return [settled(message, outcome)];
                put(message);
                return [];
              });
              const now = ours + messages.length - settling.length;
              const walk: Walk = { ours: now, goesOn: settling.length > 0 && now < limit };
              return settling.length === 0 ? of(walk) : forkJoin(settling).pipe(map(() => walk));
            }),
          )
        : undefined,
  );

/** What becomes of an event that this program does not handle; undefined where it does. */
const withoutUs = (message: Message<Pending>, { all }: Lane, holding: Holding): Outcome | undefined => {
  const { reactions } = message.data;
  const lacked = reactions.find((name) => all.named(name) === undefined);
  if (lacked !== undefined) return holding.outcomeOf(message, lacked);
  return reactions.every((name) => all.named(name)?.parts.target.is === "nowhere") ? Ack : undefined;
};

/** Where its lease is lost, others have it already. */
const settled = (message: Message<Pending>, outcome: Outcome): Observable<unknown> =>
  message.settle(outcome).pipe(
    catchError((error: unknown) => {
      if (isSluiceError(error) && error._tag === "LeaseLost") return of(undefined);
      throw error;
    }),
  );
