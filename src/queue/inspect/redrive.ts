/** Puts dead letters back: all or some of them, as they are or with new data. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { map, mergeMap, type Observable } from "rxjs";
import { encodePayload, rawJson } from "../../codec/envelope.js";
import { checkId } from "../../codec/parts.js";
import { ask } from "../../core/ask.js";
import { utf8Length } from "../../core/bytes.js";
import { type Effect, fail, mapEffect, succeed } from "../../core/Effect.js";
import { iterate } from "../../core/iterate.js";
import type { MessageId } from "../../core/MessageId.js";
import { callable, optionsOf, wholeNumber } from "../../core/options.js";
import { invalidConfig, isSluiceError, type SluiceError } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import { MOVED_BYTES_MAX, type RedrivenLetter, type StoredDeadLetter } from "../../port/Inspect.js";
import type { QueueStore } from "../../port/Store.js";
import type { RedriveError, RedriveOptions } from "../Queue.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";

const PAGE = 500;
/** Up to so many ids are sent with each call, and the store picks the letters. With more the letters are picked here. */
const IDS_SENT_MAX = 1_000;

/** How far one pass over the dead letters has come. */
interface Progress {
  /** The write id of the next call that changes something. */
  readonly writeId: string;
  /** The position behind which it goes on. */
  readonly after: string | undefined;
  /** How many letters are still to be looked at; undefined before they were counted. */
  readonly unseen: number | undefined;
  readonly count: number;
  /** The letters of the page that are still to go. */
  readonly chosen: ReadonlyArray<RedrivenLetter>;
}

/**
 * Redrives up to `limit` letters (default 1,000), oldest first, and answers how many went. With `upcast` each payload is replaced
 * on the way. A letter for which it answers undefined stays dead, and so does one that this version cannot read. Where `upcast`
 * throws, or the codec refuses its value, the redrive fails with `EncodeRefused`; the letters of earlier pages are redriven by
 * then. A letter that another call took meanwhile is not counted. It looks at as many letters as are dead at its start: messages
 * that die again meanwhile stand behind these, and stay.
 */
export const redrive = <A>(
  store: QueueStore,
  definition: ResolvedDefinition<A>,
  given: RedriveOptions<A>,
): Effect<number, RedriveError> => {
  const options = optionsOf(given, ["ids", "limit", "upcast"]);
  const { name: queue } = definition;
  const limit = wholeNumber("limit", options.limit ?? 1_000, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (options.upcast !== undefined) callable("upcast", options.upcast);
  const ids = options.ids === undefined ? undefined : uniqueIds(options.ids);
  if (limit === 0 || ids?.length === 0) return succeed(0);

  const walk = (progress: Progress, unseen: number): Observable<Progress> =>
    store
      .redriveFrom(
        {
          queue,
          after: progress.after,
          seenMax: Math.min(PAGE, unseen),
          limit: limit - progress.count,
          ids,
        },
        progress.writeId,
      )
      .pipe(
        map(({ count, seen, next }) => ({
          ...progress,
          writeId: idFrom(store),
          after: next,
          unseen: next === undefined ? 0 : unseen - seen,
          count: progress.count + count,
        })),
      );

  const choosePage = (progress: Progress, unseen: number): Observable<Progress> =>
    store.deadLetters({ queue, after: progress.after, limit: Math.min(PAGE, unseen) }).pipe(
      mergeMap(({ items, next }) => {
        const chosen = choose(definition, options, wantedOf(items, ids));
        if (isLeft(chosen)) return fail(chosen.left);
        return succeed({
          ...progress,
          after: next,
          unseen: next === undefined ? 0 : unseen - items.length,
          chosen: chosen.right.slice(0, limit - progress.count),
        });
      }),
    );

  const sendChosen = (progress: Progress): Observable<Progress> => {
    const letters = firstOf(progress.chosen);
    return store.redrive({ queue, letters }, progress.writeId).pipe(
      map(({ count, seen }) => ({
        ...progress,
        writeId: idFrom(store),
        chosen: progress.chosen.slice(seen),
        count: progress.count + count,
      })),
    );
  };

  const inStore = options.upcast === undefined && (ids === undefined || ids.length <= IDS_SENT_MAX);
  const step = (progress: Progress): Observable<Progress> | undefined => {
    const { unseen, chosen, count } = progress;
    if (unseen === undefined) return store.stats(queue).pipe(map(({ dead }) => ({ ...progress, unseen: dead })));
    if (chosen.length > 0) return sendChosen(progress);
    if (unseen === 0 || count >= limit) return undefined;
    return inStore ? walk(progress, unseen) : choosePage(progress, unseen);
  };
  const start = (): Progress => ({ writeId: idFrom(store), after: undefined, unseen: undefined, count: 0, chosen: [] });
  return mapEffect(iterate<Progress, RedriveError>(start, step), ({ count }) => count);
};

const uniqueIds = (ids: ReadonlyArray<MessageId>): ReadonlyArray<MessageId> => {
  try {
    return [...new Set(ids.map(checkId))];
  } catch (cause) {
    throw isSluiceError(cause) ? cause : invalidConfig("ids", "ids must be an array of message ids.");
  }
};

const wantedOf = (
  items: ReadonlyArray<StoredDeadLetter>,
  ids: ReadonlyArray<MessageId> | undefined,
): ReadonlyArray<StoredDeadLetter> => {
  if (ids === undefined) return items;
  const wanted = new Set<string>(ids);
  return items.filter(({ id }) => wanted.has(id));
};

const choose = <A>(
  { codec, payloadBytesMax }: ResolvedDefinition<A>,
  { upcast }: RedriveOptions<A>,
  items: ReadonlyArray<StoredDeadLetter>,
): Either<SluiceError, ReadonlyArray<RedrivenLetter>> => {
  if (upcast === undefined) return right(items.map(({ id, position }) => ({ id, position, payload: undefined })));
  const letters: Array<RedrivenLetter> = [];
  for (const { id, position, payload, unreadable } of items) {
    if (unreadable !== undefined) continue;
    const data = ask("upcast", () => upcast(rawJson(payload)));
    if (isLeft(data)) return data;
    if (data.right === undefined) continue;
    const encoded = encodePayload(codec, data.right, { bytesMax: payloadBytesMax, option: "payloadBytesMax" });
    if (isLeft(encoded)) return left(encoded.left);
    letters.push({ id, position, payload: encoded.right });
  }
  return right(letters);
};

/** The first letters, as many as fit into one call by the bytes of their new payloads. */
const firstOf = (letters: ReadonlyArray<RedrivenLetter>): ReadonlyArray<RedrivenLetter> => {
  let bytes = 0;
  const beyond = letters.findIndex(({ payload }, i) => {
    bytes += payload === undefined ? 0 : utf8Length(payload);
    return bytes > MOVED_BYTES_MAX && i > 0;
  });
  return beyond === -1 ? letters : letters.slice(0, beyond);
};
