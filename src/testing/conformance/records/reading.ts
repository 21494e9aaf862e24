/** What cases read of records. */
import assert from "node:assert/strict";
import { type Either, isLeft } from "fp-ts/lib/Either.js";
import type { Revision } from "../../../core/Revision.js";
import type { WriteRefused } from "../../../core/SluiceError.js";
import type { Page } from "../../../port/Page.js";
import type { RecordPageRequest, StoredRecord } from "../../../port/RecordPort.js";
import type { Scene } from "../queue/Scene.js";

/** The records of these ids, in as many calls as it takes. */
export const getAll = async (
  scene: Scene,
  ids: ReadonlyArray<string>,
  collection = "things",
): Promise<ReadonlyArray<StoredRecord | undefined>> => {
  const records: Array<StoredRecord | undefined> = [];
  while (records.length < ids.length) {
    const names = ids.slice(records.length).map((id) => ({ collection, id }));
    const some = await scene.store.getRecords(names);
    assert.ok(
      some.length > 0 && some.length <= names.length,
      "a get answers one record at least, and no more than were named",
    );
    records.push(...some);
  }
  return records;
};

export const get = async (scene: Scene, id: string, collection?: string): Promise<StoredRecord | undefined> =>
  (await getAll(scene, [id], collection))[0];

export type PageDraft = Partial<RecordPageRequest>;

export const page = (scene: Scene, draft: PageDraft = {}): PromiseLike<Page<StoredRecord>> =>
  scene.store.pageRecords({
    collection: "things",
    indexes: ["all"],
    from: undefined,
    upTo: undefined,
    after: undefined,
    limit: 100,
    backwards: false,
    ...draft,
  });

/** The ids of a whole index, over as many pages as it takes. */
export const idsIn = async (scene: Scene, draft: PageDraft = {}): Promise<ReadonlyArray<string>> => {
  const ids: Array<string> = [];
  let after = draft.after;
  do {
    const { items, next } = await page(scene, { ...draft, after });
    assert.ok(items.length <= (draft.limit ?? 100), "a page holds more than its limit");
    assert.ok(items.length > 0 || next === undefined, "an empty page names a next one");
    assert.ok(next === undefined || next !== after, "a page leads back to itself");
    ids.push(...items.map(({ id }) => id));
    after = next;
  } while (after !== undefined);
  return ids;
};

export const count = async (scene: Scene, name: string, collection = "things"): Promise<number> => {
  const [number] = await scene.store.countRecords({ collection, indexes: [name] });
  assert.ok(number !== undefined, "a count answers for each index");
  return number;
};

/** Asserts that a list was refused since the record is in this state. */
export const assertConflict = (
  answer: Either<WriteRefused, unknown> | undefined,
  id: string,
  actual: Revision | undefined,
): void => {
  assert.ok(answer !== undefined && isLeft(answer), "a record was changed against what was expected");
  const { left } = answer;
  assert.ok(left._tag === "RecordConflict", "what was expected of a record is answered RecordConflict");
  assert.deepEqual([left.id, left.actual], [id, actual], "a conflict tells the record and its revision");
};
