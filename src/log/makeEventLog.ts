/** The maker of logs. */
import { defer, map } from "rxjs";
import { checkKey } from "../codec/parts.js";
import { type Effect, mapEffect } from "../core/Effect.js";
import { showing } from "../core/inspecting.js";
import { iterate } from "../core/iterate.js";
import { type ChangeError, invalidConfig, type WriteError } from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import type { Write } from "../core/Write.js";
import type { EventStore, LogStore } from "../port/Store.js";
import { append, close } from "./append.js";
import { decodePageBy } from "./decodePage.js";
import type { EventCodec, EventMap } from "./EventCodec.js";
import type { EventLog } from "./EventLog.js";
import { checkStream } from "./expected.js";
import { follow } from "./follow.js";
import { archive, prune, trim } from "./giveUp.js";
import { checkEventCodec } from "./makeEventCodec.js";
import { personalKeysOf } from "./PersonalKeys.js";
import type { Reading } from "./Reading.js";
import { feed, feedPage } from "./readFeed.js";
import { head, read } from "./readStream.js";

/**
 * The log of all events of a store, as far as a codec knows them: in streams, and in one order. Making it does nothing yet: no
 * connection, no timer. A store has one log; several codecs see several parts of it.
 *
 * Throws `InvalidConfig` for what is no event codec.
 *
 * @param store where it is kept: `memoryStore()` or `redisStore(client)`
 * @param codec which events it reads and writes: made by `eventCodec`, `eventType` or `eventCodecs`
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { lastValueFrom, toArray } from "rxjs";
 * import { eventLog, eventType } from "sluice/log";
 * import { memoryStore } from "sluice/memory";
 *
 * const log = eventLog(memoryStore(), eventType("Measured", t.type({ celsius: t.number })));
 * const first = await log.append("sensor/roof", [{ celsius: 20 }], { expected: "absent" });
 * await log.append("sensor/roof", [{ celsius: 21 }], { expected: first });
 * const events = await lastValueFrom(log.read("sensor/roof").pipe(toArray()));
 * assert.deepEqual(events.map(({ version, event }) => [version, event.celsius]), [[1, 20], [2, 21]]);
 * ```
 */
export const eventLog = <M extends EventMap>(store: EventStore, codec: EventCodec<M>): EventLog<M> => {
  const { coding } = checkEventCodec("codec", codec);
  const reading: Reading = { store, coding, decode: decodePageBy(store, coding) };
  const face = {
    codec,
    store,
    append: (stream, events, options = {}) => append({ store, coding }, { stream, events, options }),
    head: (stream) => head(store, stream),
    read: (stream, options = {}) => read(reading, stream, options),
    follow: (stream, options = {}) => follow(reading, stream, { options }),
    feed: (options = {}) => feed(reading, options),
    feedPage: (options = {}) => feedPage(reading, options),
    close: (stream, options = {}) => close(store, stream, options),
    reopen: (stream) => reopen(store, stream),
    prune: (stream, options) => prune(store, stream, options),
    archive: archive(reading),
    trim: (options) => trim(store, options),
    forget: (subject) => forget(store, subject),
  } satisfies Face;
  // What is decoded by the codec has the types of the codec.
  return showing(face, "EventLog", { types: [...codec.types] }) as unknown as EventLog<M>;
};

/** The face before its events have types. */
type Face = EventLog<EventMap>;

const forget = (store: EventStore, subject: string): Write<boolean, WriteError> => {
  if (subject === "") throw invalidConfig("subject", "subject must not be empty.");
  return personalKeysOf(store).forget(checkKey("subject", subject));
};

/** Its write id is made at each run, and lent to the next one where there was no answer. */
const reopen = (store: LogStore, stream: string): Effect<void, ChangeError> =>
  mapEffect(
    iterate<{ readonly writeId: string; readonly done: boolean }, ChangeError>(
      () => ({ writeId: idFrom(store), done: false }),
      ({ writeId, done }) =>
        done
          ? undefined
          : defer(() => store.setClosed({ stream: checkStream(stream), closed: false }, writeId)).pipe(
              map(() => ({ writeId, done: true })),
            ),
    ),
    () => undefined,
  );
