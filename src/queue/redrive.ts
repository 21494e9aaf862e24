/** Puts dead letters back: all or some of them, as they are or with their data brought up to date. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { EMPTY, expand, map, mergeMap, type Observable, reduce } from "rxjs";
import { encodePayload, rawJson } from "../codec/envelope.js";
import { checkId } from "../codec/parts.js";
import { type Effect, fail, fromOne, succeed } from "../core/Effect.js";
import { wholeNumber } from "../core/options.js";
import type { SluiceError } from "../core/SluiceError.js";
import type { RedriveRequest, StoredDeadLetter } from "../store/Operations.js";
import type { Store } from "../store/Store.js";
import type { RedriveOptions } from "./Queue.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";

const PAGE = 500;

type Letters = RedriveRequest["letters"];

/** How far one pass over the dead letters has come: from where, how many may still go, how many went on this page. */
interface Progress {
  readonly after: string | undefined;
  readonly allowed: number;
  readonly count: number;
}

/**
 * Redrives up to `limit` letters (default 1,000), oldest first, and answers how many went. With `upcast` each payload is
 * changed on the way; a letter for which it answers undefined stays dead. An upcast value that the codec refuses fails with
 * `EncodeRefused`; the letters of earlier pages are redriven by then.
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

  const page = ({ after, allowed }: Progress): Observable<Progress> =>
    store.deadLetters({ queue, after, limit: PAGE }).pipe(
      mergeMap(({ items, next }) => {
        const letters = choose(
          definition,
          options,
          wanted === undefined ? items : items.filter(({ id }) => wanted.has(id)),
        );
        if (isLeft(letters)) return fail(letters.left);
        return store
          .redrive({ queue, letters: letters.right.slice(0, allowed) })
          .pipe(map((count) => ({ after: next, allowed: next === undefined ? 0 : allowed - count, count })));
      }),
    );

  return fromOne(
    page({ after: undefined, allowed: limit, count: 0 }).pipe(
      expand((progress) => (progress.allowed <= 0 ? EMPTY : page(progress))),
      reduce((sum, { count }) => sum + count, 0),
    ),
  );
};

const choose = <A>(
  { codec, payloadBytesMax }: ResolvedDefinition<A>,
  { upcast }: RedriveOptions<A>,
  items: ReadonlyArray<StoredDeadLetter>,
): Either<SluiceError, Letters> => {
  if (upcast === undefined) return right(items.map(({ id }) => ({ id, payload: undefined })));
  const letters: Array<Letters[number]> = [];
  for (const { id, payload } of items) {
    const data = upcast(rawJson(payload));
    if (data === undefined) continue;
    const encoded = encodePayload(codec, data, payloadBytesMax);
    if (isLeft(encoded)) return left(encoded.left);
    letters.push({ id, payload: encoded.right });
  }
  return right(letters);
};
