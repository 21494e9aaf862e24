/**
 * What is on record of the events and dispatches of one hub, as steps and reads of its store.
 *
 * A dispatch stands in the index of its status and destination, in the order of its id, which is that of its creation; and while it is
 * ongoing in the index `due`, by its next expected delivery. So each page, each count and each look for what is lost is one of an index.
 */
import { type Either, isLeft, left } from "fp-ts/lib/Either.js";
import { andThen } from "../../core/andThen.js";
import { type Effect, mapEffect, succeed } from "../../core/Effect.js";
import type { MessageId } from "../../core/MessageId.js";
import { revisionOf } from "../../core/Revision.js";
import { type DecodeRefused, decodeRefused } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import type { EnqueueStep } from "../../core/steps/Enqueue.js";
import type { IndexPlace, PutStep } from "../../core/steps/Put.js";
import type { RemoveStep } from "../../core/steps/Remove.js";
import type { RecordExpected, RecordName } from "../../core/steps/recordSteps.js";
import type { StoredRecord } from "../../port/RecordPort.js";
import type { Store } from "../../port/Store.js";
import { sortOf } from "../../records/sortOf.js";
import type { DispatchState, Status } from "../Dispatch.js";
import type { DispatchId, HubEventId } from "../ids.js";
import { dispatchesOf, eventsOf, queueOf } from "../names.js";
import { type DispatchRef, dispatchText, readDispatch, refText } from "./DispatchCodec.js";
import { eventText, type StoredEventRecord } from "./EventRecord.js";
import { type Found, Reads } from "./Reads.js";

/** The index of all events. */
export const EVENTS = "all";
/** The index of what is ongoing, by its next expected delivery. */
export const DUE = "due";
/** Where all sort alike, the id decides. */
const BY_ID = "-";

/** The index of the dispatches with this status to this destination. A status has no "/". */
export const indexOf = (status: Status, destination: string): string => `is=${status}/${destination}`;

/** Behind the record of this id in an index that is ordered by it: as stores write places. */
export const placeOf = (id: string): string => `${BY_ID} ${id}`;
/** The id in such a place, which stands where its record is not there any more. */
export const idIn = (place: string): string => place.slice(place.indexOf(" ") + 1);

const ABSENT: RecordExpected = { _tag: "Absent" };
const PLACES_OF_EVENT: PutStep["keep"] = { indexes: [{ name: EVENTS, sort: BY_ID }] };

/** The state of a record that was read. */
const asRead = ({ revision }: StoredRecord): RecordExpected => ({ _tag: "At", revision });

export class Ledger {
  readonly dispatches: string;
  readonly events: string;
  private readonly reads = new Reads({
    many: (refs) => this.store.getRecords(refs.flatMap((ref) => this.namesOf(ref))),
    one: (ref) => this.readOne(ref),
  });

  constructor(
    private readonly store: Store,
    private readonly hub: string,
  ) {
    this.dispatches = dispatchesOf(hub);
    this.events = eventsOf(hub);
  }

  /** `was`: as it was read; without it the dispatch is new. */
  putDispatch(dispatch: DispatchState, was?: StoredRecord): PutStep {
    const { id, status, destination, dueAtMs } = dispatch;
    const indexes: Array<IndexPlace> = [{ name: indexOf(status, destination), sort: BY_ID }];
    if (dueAtMs !== undefined) indexes.push({ name: DUE, sort: sortOf(dueAtMs) });
    const value = dispatchText(dispatch);
    return this.put({ collection: this.dispatches, id }, { value, keep: { indexes }, was });
  }

  /** `payload` as `encodePayload` has made it. */
  putEvent(id: HubEventId, event: StoredEventRecord<string>, was?: StoredRecord): PutStep {
    return this.put({ collection: this.events, id }, { value: eventText(event), keep: PLACES_OF_EVENT, was });
  }

  /** The message by which a dispatch is delivered. */
  enqueue({ id, eventId, destination, key, settings }: DispatchState): EnqueueStep {
    return {
      _tag: "Enqueue",
      queue: queueOf(this.hub, destination),
      // Messages and dispatches have names of their own; one id serves as both.
      id: id as string as MessageId,
      payload: refText({ dispatchId: id, eventId }),
      key,
      headers: undefined,
      delayMs: settings.delaySeconds * 1_000,
      priority: 0,
      expiresInMs: undefined,
      dedupe: undefined,
      // By it the head of a key is found: who waits behind it is not lost.
      mark: key === undefined ? undefined : id,
    };
  }

  removeDispatch(record: StoredRecord): RemoveStep {
    return { _tag: "Remove", collection: this.dispatches, id: record.id, expected: asRead(record) };
  }

  removeEvent(record: StoredRecord): RemoveStep {
    return { _tag: "Remove", collection: this.events, id: record.id, expected: asRead(record) };
  }

  /** A dispatch and its event, at one moment unless they are too large for one answer. */
  read(ref: DispatchRef): Effect<Found> {
    return this.reads.read(ref);
  }

  private namesOf({ dispatchId, eventId }: DispatchRef): readonly [RecordName, RecordName] {
    return [this.dispatchName(dispatchId), this.eventName(eventId)];
  }

  private readOne(ref: DispatchRef): Effect<Found> {
    const [dispatch, event] = this.namesOf(ref);
    return andThen(this.store.getRecords([dispatch, event]), (found) =>
      found.length > 1 ? succeed(found) : mapEffect(this.store.getRecords([event]), (rest) => [...found, ...rest]),
    );
  }

  dispatchName(id: DispatchId): RecordName {
    return { collection: this.dispatches, id };
  }

  eventName(id: HubEventId): RecordName {
    return { collection: this.events, id };
  }

  /** A dispatch as it is stored; `DecodeRefused` where another version of the library has written it. */
  dispatchIn({ id, value }: StoredRecord): Either<DecodeRefused, DispatchState> {
    const read = readDispatch(id as DispatchId, value);
    return isLeft(read)
      ? left(decodeRefused(`dispatch ${id} of the hub ${JSON.stringify(this.hub)}`, read.left))
      : read;
  }

  private put(
    { collection, id }: RecordName,
    { value, keep, was }: Pick<PutStep, "value" | "keep"> & { readonly was: StoredRecord | undefined },
  ): PutStep {
    const revision = revisionOf(idFrom(this.store));
    const expected = was === undefined ? ABSENT : asRead(was);
    return { _tag: "Put", collection, id, expected, revision, value, keep };
  }
}
