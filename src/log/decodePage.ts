/** A page of stored events as users see it. */
import { map, type Observable, of } from "rxjs";
import { type DecodeRefused, decodeRefused } from "../core/SluiceError.js";
import type { StoredEvent } from "../port/LogPort.js";
import type { EventStore } from "../port/Store.js";
import { decodeEvent, type OurEvent, type Ours, oursOf } from "./decodeEvent.js";
import type { Coding } from "./EventCodec.js";
import { noMeta } from "./meta.js";
import { personalKeysOf, type ReadKeys } from "./PersonalKeys.js";
import { type MalformedEvent, malformed, type Recorded } from "./recorded.js";
import { openFields } from "./sealEvent.js";

/** What is not ours is left out; what is malformed stands in its place. */
export type DecodePage = (events: ReadonlyArray<StoredEvent>) => Observable<ReadonlyArray<OurEvent>>;

/** Where events of the page are sealed, one call asks for the keys of all their subjects. */
export const decodePageBy =
  (store: EventStore, coding: Coding): DecodePage =>
  (events) => {
    const ours = oursOf(coding, events);
    const subjects = new Set(ours.flatMap(({ meta }) => meta?.sealed?.subject ?? []));
    if (subjects.size === 0) return of(ours.map((one) => decodeEvent(one, undefined)));
    return personalKeysOf(store)
      .read([...subjects])
      .pipe(map((keys) => ours.map((one) => decodeSealed(one, keys))));
  };

const decodeSealed = (one: Ours, keys: ReadKeys): OurEvent => {
  const { stored, meta } = one;
  const opened = meta?.sealed && openFields(stored, meta.sealed, keys);
  return typeof opened === "string" ? malformed(stored, [opened], meta?.meta ?? noMeta) : decodeEvent(one, opened);
};

/** The events up to the first malformed one, and its refusal. */
export interface WellFormed {
  readonly items: ReadonlyArray<Recorded<unknown>>;
  readonly error: DecodeRefused | undefined;
}

/** For reads of one stream, whose events make a state only where all of them are read. */
export const wellFormed = (decode: DecodePage, events: ReadonlyArray<StoredEvent>): Observable<WellFormed> =>
  decode(events).pipe(
    map((ours) => {
      const items: Array<Recorded<unknown>> = [];
      for (const event of ours) {
        if (event._tag === "Malformed") return { items, error: refusalOf(event) };
        items.push(event);
      }
      return { items, error: undefined };
    }),
  );

/** The error of a read for an event that is malformed. */
export const refusalOf = ({ version, stream, report }: MalformedEvent): DecodeRefused =>
  decodeRefused(`event ${version} of the stream ${JSON.stringify(stream)}`, report);
