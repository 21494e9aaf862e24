/** The second consumer: digest lines go out in batches, and each line of a batch succeeds or fails by itself. */
import type { Observable } from "rxjs";
import {
  batch,
  deadLetter,
  handleBatch,
  type MessagesOptions,
  type Queue,
  retryBackoff,
  type Settlement,
  settle,
} from "sluice";
import type { DigestLine } from "./codecs/DigestLine.js";
import type { Downstream, DownstreamError } from "./downstream.js";

export const sendDigest = (
  digest: Queue<DigestLine>,
  downstream: Downstream,
  stop$: MessagesOptions["stop$"],
): Observable<Settlement<DigestLine, void, DownstreamError>> =>
  digest.messages({ prefetch: 200, stop$, stopMsMax: 2_000 }).pipe(
    batch({ sizeMax: 50, waitMsMax: 100 }),
    handleBatch(
      ({ messages }) => downstream.sendAll(messages.map(({ id, attempt }) => ({ id, attempt, repository: undefined }))),
      { concurrency: 2, timeoutMs: 5_000 },
    ),
    retryBackoff({ initialMs: 5, delayMsMax: 1_000, attemptsMax: 10 }),
    deadLetter(),
    settle(),
  );
