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
import { lackedIn, unknownIn } from "../deliver/lackedIn.js";
import type { Lane } from "../Lane.js";
import type { Pending } from "../Pending.js";
import type { Reaction } from "../Reaction.js";

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
export const received = (receiving: Receiving): Observable<unknown> => {
  const { lane, limit } = receiving;
  return iterate<Walk, never>(
    () => ({ ours: 0, goesOn: true }),
    ({ ours, goesOn }) =>
      goesOn
        ? lane.queue.receive({ max: limit - ours, leaseMs: lane.leaseMs }).pipe(
            switchMap((messages) => sorted(messages, receiving)),
            map(({ mine, others }) => ({ ours: ours + mine, goesOn: others > 0 && ours + mine < limit })),
          )
        : undefined,
  );
};

interface Sorted {
  readonly mine: number;
  readonly others: number;
}

/** Puts those that this program handles, and settles the others. */
const sorted = (messages: ReadonlyArray<Message<Pending>>, { lane, holding, put }: Receiving): Observable<Sorted> =>
  lackedIn(lane, [...new Set(messages.flatMap(({ data }) => unknownIn(lane, data.reactions)))]).pipe(
    switchMap((lacked) => {
      const settling: Array<Observable<unknown>> = [];
      for (const message of messages) {
        const { reactions } = message.data;
        const missing = reactions.find((name) => lacked.includes(name));
        if (missing !== undefined) settling.push(settled(message, holding.outcomeOf(message, missing)));
        else if (reactions.every((name) => isRetired(lane.all.named(name)))) settling.push(settled(message, Ack));
        else put(message);
      }
      const counts: Sorted = { mine: messages.length - settling.length, others: settling.length };
      return settling.length === 0 ? of(counts) : forkJoin(settling).pipe(map(() => counts));
    }),
  );

/** Also one that this program does not have any more: of what is lacked nothing is left here. */
const isRetired = (reaction: Reaction | undefined): boolean =>
  reaction === undefined || reaction.parts.target.is === "nowhere";

/** Where its lease is lost, others have it already. */
const settled = (message: Message<Pending>, outcome: Outcome): Observable<unknown> =>
  message.settle(outcome).pipe(
    catchError((error: unknown) => {
      if (isSluiceError(error) && error._tag === "LeaseLost") return of(undefined);
      throw error;
    }),
  );
