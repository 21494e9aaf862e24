/** The maker of collections of records. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { encodePayload } from "../codec/envelope.js";
import { checkKey } from "../codec/parts.js";
import { showing } from "../core/inspecting.js";
import { invariant } from "../core/invariant.js";
import { shown } from "../core/options.js";
import { type Revision, revisionOf } from "../core/Revision.js";
import {
  invalidConfig,
  type RecordConflict,
  type SluiceError,
  toSluiceError,
  type WriteError,
} from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import type { PutStep } from "../core/steps/Put.js";
import type { RecordExpected } from "../core/steps/recordSteps.js";
import type { Step, StepResult } from "../core/steps/Step.js";
import { Write } from "../core/Write.js";
import type { RecordsStore } from "../port/Store.js";
import { modify } from "./modify.js";
import { placesOf } from "./places.js";
import type { Records, UpdateError } from "./Records.js";
import { type Places, type RecordsDefinition, type ResolvedRecords, resolveRecords } from "./RecordsDefinition.js";
import { readsOf } from "./reads.js";

/**
 * A collection of records on a store: small versioned values by id, with indexes that are made from the value. Making one does
 * nothing yet: no connection, no timer.
 *
 * Throws `InvalidConfig` for a definition out of its limits.
 *
 * @param store where it is kept: `memoryStore()` or `redisStore(client)`
 * @param definition its name, codec, indexes and limits
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { memoryStore } from "sluice/memory";
 * import { records, sortOf } from "sluice/records";
 *
 * const todos = records(memoryStore(), {
 *   name: "todos",
 *   codec: t.type({ title: t.string, dueMs: t.number }),
 *   indexes: { byDue: (todo) => ({ sort: sortOf(todo.dueMs) }) },
 * });
 * await todos.insert("t1", { title: "write", dueMs: 5 });
 * await todos.modify("t1", (todo) => todo && { ...todo, dueMs: 9 });
 * const { items } = await todos.page("byDue", { upTo: sortOf(10) });
 * assert.deepEqual(items.map(({ id, value }) => [id, value.dueMs]), [["t1", 9]]);
 * ```
 */
export const records = <A, W extends Places = Record<never, never>>(
  store: RecordsStore,
  definition: RecordsDefinition<A, W>,
): Records<A, W> => {
  const resolved = resolveRecords(definition);
  const reads = readsOf<A, W>(store, resolved);
  const put =
    <E extends WriteError | RecordConflict>(expected: () => RecordExpected) =>
    (id: string, value: A): Write<Revision, E> =>
      writeOf(
        store,
        () => putStep({ store, resolved }, { id, expected: expected() }, value),
        (result) => {
          invariant(result?._tag === "Put", "a store answered a put with something else");
          return result.revision;
        },
      );
  const update = (id: string, value: A, was: Revision | undefined): Write<Revision, UpdateError> =>
    put<UpdateError>(() => asRead(was))(id, value);
  const face: Records<A, W> = {
    definition,
    store,
    ...reads,
    put: put<WriteError>(() => ({ _tag: "Any" })),
    insert: put<UpdateError>(() => ({ _tag: "Absent" })),
    update,
    remove: (id) =>
      writeOf(
        store,
        () => named(id, (name) => ({ _tag: "Remove", collection: resolved.name, id: name, expected: { _tag: "Any" } })),
        (result) => {
          invariant(result?._tag === "Removed", "a store answered a remove with something else");
          return result.existed;
        },
      ),
    check: (id, was) =>
      writeOf<void, WriteError | RecordConflict>(
        store,
        () => named(id, (name) => ({ _tag: "Check", collection: resolved.name, id: name, expected: asRead(was) })),
        (result) => invariant(result?._tag === "Checked", "a store answered a check with something else"),
      ),
    modify: (id, change, options = {}) => modify({ get: reads.get, update }, { id, change, options }),
  };
  return showing(face, "Records", { name: resolved.name });
};

/** A revision is the only mark of a state: a number, or the null of a JSON text, would be sent as a text that no state has. */
const asRead = (was: Revision | undefined): RecordExpected => {
  if (was === undefined) return { _tag: "Absent" };
  if (typeof was !== "string")
    throw invalidConfig("was", `was must be the revision of a record that was read, or undefined, not ${shown(was)}.`);
  return { _tag: "At", revision: was };
};

/** A Write of one step, made at each run. */
const writeOf = <B, E extends SluiceError>(
  store: RecordsStore,
  make: () => Either<SluiceError, Step>,
  read: (result: StepResult | undefined) => B,
): Write<B, E> =>
  new Write<B, E>(
    () => {
      const step = make();
      if (isLeft(step)) return step;
      return right({ steps: [step.right], read: ([result]) => read(result) });
    },
    { target: store, settles: false },
  );

const named = <S extends Step>(id: string, make: (id: string) => S): Either<SluiceError, S> => {
  try {
    return right(make(checkKey("id", id)));
  } catch (cause) {
    return left(toSluiceError(cause));
  }
};

interface On<A> {
  readonly store: RecordsStore;
  readonly resolved: ResolvedRecords<A>;
}

const putStep = <A>(
  { store, resolved }: On<A>,
  { id, expected }: { readonly id: string; readonly expected: RecordExpected },
  value: A,
): Either<SluiceError, PutStep> => {
  const encoded = encodePayload(resolved.codec, value, { bytesMax: resolved.valueBytesMax, option: "valueBytesMax" });
  if (isLeft(encoded)) return encoded;
  const indexes = placesOf(resolved, id, value);
  if (isLeft(indexes)) return indexes;
  return named(id, (name) => ({
    _tag: "Put",
    collection: resolved.name,
    id: name,
    expected,
    revision: revisionOf(idFrom(store)),
    value: encoded.right,
    keep: resolved.ttlMs === undefined ? { indexes: indexes.right } : { ttlMs: resolved.ttlMs },
  }));
};
