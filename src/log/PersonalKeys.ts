/**
 * The keys of personal data: one for each subject, in a record of a collection of its own. Forgetting a subject is removing its record.
 *
 * ```text
 *   nothing known ──append──▶ offered ──appended──▶ known ──append──▶ known
 *        ▲                       │                    │
 *        │     refused: another process has made one  │  refused: it was forgotten elsewhere
 *        │                       └──read──▶ known     └──read──▶ nothing known, or known anew
 *        └─────────────────────── forget ─────────────────────────────┘
 * ```
 *
 * An append of personal data is one list: with a Put, where nothing may stand there, of the key that is offered; or with a Check of the
 * record of the key that is known. So no event is ever sealed by a key that was removed before it was appended, whichever process
 * removed it. Reading asks for the records each time and uses no key from here.
 */
import { type Either, isLeft, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import {
  catchError,
  concatMap,
  EMPTY,
  from,
  ignoreElements,
  map,
  type Observable,
  of,
  tap,
  throwError,
  toArray,
} from "rxjs";
import { invariant } from "../core/invariant.js";
import type { Plan } from "../core/Plan.js";
import type { Revision } from "../core/Revision.js";
import { defect, isSluiceError, type SluiceError, type WriteError } from "../core/SluiceError.js";
import { Write } from "../core/Write.js";
import type { EventStore } from "../port/Store.js";
import { records } from "../records/makeRecords.js";
import type { Records, Stored } from "../records/Records.js";
import { newKey, parseKey } from "./seal.js";

/** The collection that the keys stand in, one record for each subject. */
const KEYS = "sluice.personalKeys";

/** So many subjects are kept in mind, those of the latest appends. */
const SUBJECTS_MAX = 10_000;

/** A key, and the state of its record. */
export interface Key {
  readonly bytes: Buffer;
  readonly revision: Revision;
}

/** A key to append by, and what joins the list of the append. */
interface Planned {
  readonly key: Key;
  readonly plan: Plan<unknown>;
}

/** The keys of some subjects; "damaged" where a record holds none. */
export type ReadKeys = ReadonlyMap<string, Key | "damaged">;

const known = new WeakMap<EventStore, PersonalKeys>();

/** The keys of a store: all logs upon it share them. */
export const personalKeysOf = (store: EventStore): PersonalKeys => {
  let keys = known.get(store);
  if (keys === undefined) {
    keys = new PersonalKeys(store);
    known.set(store, keys);
  }
  return keys;
};

export class PersonalKeys {
  private readonly records: Records<string>;
  /** Keys whose records are there, as far as this process knows. The latest are last. */
  private readonly keys = new Map<string, Key>();
  /** Keys that were made here, and whose Put was not answered yet, or not even sent. */
  private readonly offers = new Map<string, Planned>();
  /** How often a subject was forgotten here: what was read before is not kept. */
  private forgets = 0;

  constructor(private readonly store: EventStore) {
    this.records = records(store, { name: KEYS, codec: t.string });
  }

  /** The key by which an append of this subject's data is to be made. */
  plan(subject: string): Either<SluiceError, Planned> {
    const key = this.keys.get(subject);
    if (key === undefined) return this.offer(subject);
    this.keep(subject, key);
    const checked = this.records.check(subject, key.revision).plan();
    return isLeft(checked) ? checked : right({ key, plan: this.mending(subject, checked.right) });
  }

  /** What a Write that forgets the subject does; emits whether there was a key. */
  forget(subject: string): Write<boolean, WriteError> {
    const drop = (): void => {
      this.forgets += 1;
      this.drop(subject);
    };
    return new Write<boolean, WriteError>(
      () => {
        const removed = this.records.remove(subject).plan();
        if (isLeft(removed)) return removed;
        // Also where no answer came, since the record may be gone.
        return right({ ...removed.right, onStart: drop, onEnd: drop });
      },
      { target: this.store, settles: false },
    );
  }

  /** The keys of these subjects as their records have them now. */
  read(subjects: ReadonlyArray<string>): Observable<ReadKeys> {
    return this.records.getAll(subjects).pipe(
      map((found) => new Map(found.flatMap((record) => (record === undefined ? [] : [[record.id, keyIn(record)]])))),
      catchError((error: unknown) => (isDamage(error) ? this.readEach(subjects) : throwError(() => error))),
    );
  }

  private readEach(subjects: ReadonlyArray<string>): Observable<ReadKeys> {
    return from(subjects).pipe(
      concatMap((subject) =>
        this.records.get(subject).pipe(
          map(
            (record): ReadonlyArray<readonly [string, Key | "damaged"]> =>
              record === undefined ? [] : [[subject, keyIn(record)]],
          ),
          catchError((error: unknown) =>
            isDamage(error) ? of([[subject, "damaged"] as const]) : throwError(() => error),
          ),
        ),
      ),
      toArray(),
      map((found) => new Map(found.flat())),
    );
  }

  /** The same offer for all that ask before it is answered: parts of a join put it once. */
  private offer(subject: string): Either<SluiceError, Planned> {
    const offered = this.offers.get(subject);
    if (offered !== undefined) return right(offered);
    const text = newKey();
    const bytes = parseKey(text);
    invariant(bytes !== undefined, "a new key can be read");
    const put = this.records.insert(subject, text).plan();
    if (isLeft(put)) return put;
    const [step] = put.right.steps;
    invariant(step?._tag === "Put", "an insert is a put");
    const key: Key = { bytes, revision: step.revision };
    const made: Planned = {
      key,
      plan: {
        ...this.mending(subject, put.right),
        onEnd: (error) => {
          if (this.offers.get(subject) !== made) return;
          this.offers.delete(subject);
          if (error === undefined) this.keep(subject, key);
        },
      },
    };
    keepLatest(this.offers, subject, made);
    return right(made);
  }

  /** Where the record is not as it was planned, it is read, and the append planned anew. */
  private mending(subject: string, plan: Plan<unknown>): Plan<unknown> {
    return {
      ...plan,
      mend: (error) => {
        if (error._tag !== "RecordConflict" || error.collection !== KEYS || error.id !== subject) return undefined;
        this.drop(subject);
        return error.actual === undefined ? EMPTY : this.learn(subject);
      },
    };
  }

  private learn(subject: string): Observable<never> {
    const before = this.forgets;
    return this.read([subject]).pipe(
      tap((found) => {
        const key = found.get(subject);
        if (key === "damaged") throw defect(new Error(`a record of ${KEYS} holds no key`));
        if (key !== undefined && before === this.forgets) this.keep(subject, key);
      }),
      ignoreElements(),
    );
  }

  private keep(subject: string, key: Key): void {
    keepLatest(this.keys, subject, key);
  }

  private drop(subject: string): void {
    this.keys.delete(subject);
    this.offers.delete(subject);
  }
}

const keepLatest = <V>(map: Map<string, V>, subject: string, value: V): void => {
  map.delete(subject);
  map.set(subject, value);
  if (map.size <= SUBJECTS_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
};

const keyIn = ({ value, revision }: Stored<string>): Key | "damaged" => {
  const bytes = parseKey(value);
  return bytes === undefined ? "damaged" : { bytes, revision };
};

const isDamage = (error: unknown): boolean => isSluiceError(error) && error._tag === "DecodeRefused";
