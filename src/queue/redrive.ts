/** Puts dead letters back: all or some of them, as they are or with their data brought up to date. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { map, mergeMap, type Observable } from "rxjs";
import { encodePayload, rawJson } from "../codec/envelope.js";
import { checkId } from "../codec/parts.js";
import { type Effect, fail, mapEffect, succeed } from "../core/Effect.js";
import { wholeNumber } from "../core/options.js";
import type { SluiceError } from "../core/SluiceError.js";
import type { RedriveRequest, StoredDeadLetter } from "../store/Operations.js";
import type { Store } from "../store/Store.js";
import { ask } from "./ask.js";
import { iterate } from "./iterate.js";
import type { RedriveOptions } from "./Queue.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";

const PAGE = 500;

type Letters = RedriveRequest["letters"];

/** How far one pass over the dead letters has come: from where, how many are still to be looked at, how many went. */
interface Progress {
  readonly after: string | undefined;
  readonly unseen: number;
  readonly count: number;
}

/**
 * Redrives up to `limit` letters (default 1,000), oldest first, and answers how many went. With `upcast` each payload is
 * changed on the way; a letter for which it answers undefined stays dead. An upcast that throws, or whose value the codec
 * refuses, fails with `EncodeRefused`; the letters of earlier pages are redriven by then. A letter that another call took in
 * the meantime is not counted. As many are looked at as are dead at the start: what dies again meanwhile stands behind them,
 * and is left for another time.
 */
export const redrive = <A>(
  store: Store,
  definition: ResolvedDefinition<A>,
  options: RedriveOptions<A>,
): Effect<number> => {
  const { name: queue } = definition;
  const limit = wholeNumber("limit", options.limit ?? 1_000, { min: 0, max: Number.MAX_SAFE_INTEGER });
  const wanted = options.ids === undefined ? undefined : new Set<string>(options.ids.map(checkId));
  if (limit === 0 || wanted?.size === 0) return succeed(0);

  const page = ({ after, unseen, count }: Progress): Observable<Progress> =>
    store.deadLetters({ queue, after, limit: Math.min(PAGE, unseen) }).pipe(
      mergeMap(({ items, next }) => {
        const letters = choose(
          definition,
          options,
          wanted === undefined ? items : items.filter(({ id }) => wanted.has(id)),
        );
        if (isLeft(letters)) return fail(letters.left);
        return store.redrive({ queue, letters: letters.right.slice(0, limit - count) }).pipe(
          map((redriven) => ({
            after: next,
            unseen: next === undefined ? 0 : unseen - items.length,
            count: count + redriven,
          })),
        );
      }),
    );

  const pass = (dead: number): Observable<Progress> =>
    iterate<Progress>({ after: undefined, unseen: dead, count: 0 }, (progress) =>
      progress.unseen > 0 && progress.count < limit ? page(progress) : undefined,
    );
  return mapEffect(store.stats(queue).pipe(mergeMap(({ dead }) => pass(dead))), ({ count }) => count);
};

const choose = <A>(
  { codec, payloadBytesMax }: ResolvedDefinition<A>,
  { upcast }: RedriveOptions<A>,
  items: ReadonlyArray<StoredDeadLetter>,
): Either<SluiceError, Letters> => {
  if (upcast === undefined) return right(items.map(({ id, position }) => ({ id, position, payload: undefined })));
  const letters: Array<Letters[number]> = [];
  for (const { id, position, payload } of items) {
    const data = ask("upcast", () => upcast(rawJson(payload)));
    if (isLeft(data)) return data;
    if (data.right === undefined) continue;
    const encoded = encodePayload(codec, data.right, payloadBytesMax);
    if (isLeft(encoded)) return left(encoded.left);
    letters.push({ id, position, payload: encoded.right });
  }
  return right(letters);
};
