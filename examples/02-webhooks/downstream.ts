/** Where the results go: a simulated service that is busy now and then, and that knows nothing of one repository until repaired. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import { map, type Observable, timer } from "rxjs";
import type { MessageId } from "sluice";

export type DownstreamError =
  | { readonly _tag: "Busy" }
  | { readonly _tag: "UnknownRepository"; readonly repository: string };

/** One call: what is sent is told apart by the message's id, so that the service can recognise what it gets twice. */
interface Call {
  readonly id: MessageId;
  readonly attempt: number;
  readonly repository: string | undefined;
}

export interface Downstream {
  readonly send: (call: Call) => Observable<Either<DownstreamError, void>>;
  /** Many calls as one, with one answer for each, in order. */
  readonly sendAll: (calls: ReadonlyArray<Call>) => Observable<ReadonlyArray<Either<DownstreamError, void>>>;
  /** Makes the unknown repository known. */
  readonly repair: () => void;
}

/**
 * Busy at the first attempt of about every fifth message, and at the second of about every twenty-fifth: by id, so that
 * every run sees the same. Each call takes `paceMs`.
 */
export const simulatedDownstream = (paceMs: number, unknownRepository: string): Downstream => {
  let repaired = false;
  const answer = ({ id, attempt, repository }: Call): Either<DownstreamError, void> => {
    if (repository === unknownRepository && !repaired) return left({ _tag: "UnknownRepository", repository });
    if (attempt <= busyAttempts(id)) return left({ _tag: "Busy" });
    return right(undefined);
  };
  return {
    send: (call) => timer(paceMs).pipe(map(() => answer(call))),
    sendAll: (calls) => timer(paceMs).pipe(map(() => calls.map(answer))),
    repair: () => {
      repaired = true;
    },
  };
};

const busyAttempts = (id: MessageId): number => {
  const dice = Number.parseInt(id.slice(0, 4), 16) % 25;
  if (dice === 0) return 2;
  return dice % 5 === 0 ? 1 : 0;
};
