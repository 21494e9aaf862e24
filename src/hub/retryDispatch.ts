/** Dispatches an event once more: by a new dispatch, beside the one that has a result. */
import { isLeft, right } from "fp-ts/lib/Either.js";
import { catchError, concatMap, defer, map, type Observable, throwError } from "rxjs";
import { decodePayload, ENVELOPE_VERSION } from "../codec/envelope.js";
import { decodeRefused, dispatchOngoing, isSluiceError, notFound } from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import { Write } from "../core/Write.js";
import type { StoredRecord } from "../port/RecordPort.js";
import { type Dispatch, type DispatchState, shownDispatch } from "./Dispatch.js";
import type { Parts } from "./definition.js";
import { newDispatch } from "./emit.js";
import type { DispatchId } from "./ids.js";
import { StoredEventCodec } from "./ledger/EventRecord.js";
import { checkId } from "./query/list.js";
import { compiledOf, type Settings } from "./routes/compiled.js";
import { defineRoutes } from "./routes/parseRoutes.js";
import type { DispatchSettings } from "./routes/Routes.js";

/** So often others may add a dispatch to the same event in between. */
const CONFLICTS_MAX = 10;

export const retryDispatch = (parts: Parts, id: DispatchId, settings: DispatchSettings): Observable<Dispatch> => {
  /** Writes that failed without an answer: the next run sends them again first, since they may have been done. */
  const unanswered: Array<Write<DispatchState>> = [];
  const send = (write: Write<DispatchState>): Observable<Dispatch> =>
    write.pipe(
      map(shownDispatch),
      catchError((error: unknown) => {
        if (isSluiceError(error) && error.retryable) unanswered.push(write);
        return throwError(() => error);
      }),
    );
  const begin = (): Observable<Dispatch> => {
    const sent = unanswered.pop();
    return sent === undefined ? planned(parts, id, settings).pipe(concatMap(send)) : send(sent);
  };
  const attempt = (left: number): Observable<Dispatch> =>
    defer(begin).pipe(
      catchError((error: unknown) =>
        isSluiceError(error) && error._tag === "RecordConflict" && left > 0
          ? attempt(left - 1)
          : throwError(() => error),
      ),
    );
  return attempt(CONFLICTS_MAX);
};

/** The write of a new dispatch. */
const planned = (parts: Parts, given: DispatchId, settings: DispatchSettings): Observable<Write<DispatchState>> =>
  defer(() => {
    const { store, ledger } = parts;
    const id = checkId(given);
    return store.getRecords([ledger.dispatchName(id)]).pipe(
      concatMap(([record]) => {
        const before = ended(parts, id, record);
        const chosen = settingsOf(before, settings);
        return store
          .getRecords([ledger.eventName(before.eventId)])
          .pipe(map(([event]) => again(parts, { ...before, settings: chosen }, event)));
      }),
    );
  });

/** Throws what speaks against it. */
const ended = ({ ledger }: Parts, id: DispatchId, record: StoredRecord | undefined): DispatchState => {
  if (record === undefined) throw notFound("dispatch", id);
  const read = ledger.dispatchIn(record);
  if (isLeft(read)) throw read.left;
  if (read.right.status === "ongoing") throw dispatchOngoing(id);
  return read.right;
};

/** By the codec of routes, as settings of a route whose defaults are those of before. */
const settingsOf = ({ destination, settings }: DispatchState, given: DispatchSettings): Settings => {
  const { delaySeconds, maxRetries, retryDelay } = given;
  const routes = defineRoutes({
    defaultDelaySeconds: settings.delaySeconds,
    defaultMaxRetries: settings.maxRetries,
    defaultRetryDelay: settings.retryDelay,
    routes: [{ condition: { allOf: [] }, destination, delaySeconds, maxRetries, retryDelay }],
  });
  return compiledOf(routes).match(undefined)[0]?.settings ?? settings;
};

/** In one write with the event, which names its dispatches: if it was removed, or got another one, this one is not made. */
const again = (parts: Parts, before: DispatchState, event: StoredRecord | undefined): Write<DispatchState> => {
  const { store, ledger, name } = parts;
  if (event === undefined) throw notFound("event", before.eventId);
  const decoded = decodePayload(StoredEventCodec, event.value);
  if (isLeft(decoded)) throw decodeRefused(`event ${before.eventId} of the hub ${JSON.stringify(name)}`, decoded.left);
  const { createdAtMs, dispatchIds, payload } = decoded.right;
  const id = idFrom(store) as DispatchId;
  const { eventId, destination, settings, key } = before;
  const dispatch = newDispatch(
    { id, eventId, nowMs: store.scheduler.now(), retryOf: before.id },
    { destination, settings, key },
  );
  const text = ENVELOPE_VERSION + JSON.stringify(payload);
  const stored = { createdAtMs, dispatchIds: [...dispatchIds, id], payload: text };
  const steps = [ledger.putEvent(eventId, stored, event), ledger.putDispatch(dispatch), ledger.enqueue(dispatch)];
  return new Write(() => right({ steps, read: () => dispatch }), { target: store, settles: false });
};
