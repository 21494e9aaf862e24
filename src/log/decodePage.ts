/** A page of stored events as users see it. */
import { map, type Observable, of } from "rxjs";
import { type DecodeRefused, decodeRefused } from "../core/SluiceError.js";
import type { StoredEvent } from "../port/LogPort.js";
import { decodeEvent, type OurEvent, oursOf } from "./decodeEvent.js";
import type { Coding } from "./EventCodec.js";
import type { MalformedEvent, Recorded } from "./recorded.js";

/** What is not ours is left out; what is malformed stands in its place. */
export type DecodePage = (events: ReadonlyArray<StoredEvent>) => Observable<ReadonlyArray<OurEvent>>;

export const decodePageBy =
  (coding: Coding): DecodePage =>
  (events) =>
    of(oursOf(coding, events).map((one) => decodeEvent(one, undefined)));

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

const refusalOf = ({ version, stream, report }: MalformedEvent): DecodeRefused =>
  decodeRefused(`event ${version} of the stream ${JSON.stringify(stream)}`, report);
