/** Stores that break their word about records. */

import { type Effect, fromPromise } from "../../../../../src/core/Effect.js";
import type { PutStep } from "../../../../../src/core/steps/Put.js";
import type { Step } from "../../../../../src/core/steps/Step.js";
import type { Page } from "../../../../../src/port/Page.js";
import type { RecordPageRequest, StoredRecord } from "../../../../../src/port/RecordPort.js";
import type { Store } from "../../../../../src/port/Store.js";
import { type Break, changingResults, changingSteps, mapped } from "./BrokenStore.js";

const changingPuts = (change: (step: PutStep) => PutStep | undefined): Break =>
  changingSteps((step) => (step._tag === "Put" ? change(step) : step));

const onRecords = (
  change: (step: Extract<Step, { readonly id: string; readonly collection: string }>) => Step,
): Break => changingSteps((step) => ("collection" in step ? change(step) : step));

const changingPages =
  (change: (page: Page<StoredRecord>, request: RecordPageRequest) => Page<StoredRecord>): Break =>
  (store) => ({ pageRecords: (request) => mapped(store.pageRecords(request), (page) => change(page, request)) });

const asking =
  (change: (request: RecordPageRequest) => RecordPageRequest): Break =>
  (store) => ({ pageRecords: (request) => store.pageRecords(change(request)) });

/** All that the request asks for, in as many pages as it takes. */
const whole = async (store: Store, request: RecordPageRequest): Promise<ReadonlyArray<StoredRecord>> => {
  const items: Array<StoredRecord> = [];
  let after = request.after;
  do {
    const page = await store.pageRecords({ ...request, after, limit: 1_000 });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
};

const paging =
  (read: (store: Store, request: RecordPageRequest) => Promise<Page<StoredRecord>>): Break =>
  (store) => ({
    pageRecords: (request): Effect<Page<StoredRecord>> =>
      fromPromise(
        () => read(store, request),
        (cause) => cause,
      ),
  });

/** Knows the puts of each record so far. */
const knowing = (change: (step: PutStep, before: ReadonlyArray<PutStep>) => PutStep): Break => {
  return (store) => {
    const puts = new Map<string, Array<PutStep>>();
    return changingPuts((step) => {
      const before = puts.get(step.id) ?? [];
      puts.set(step.id, [...before, step]);
      return change(step, before);
    })(store);
  };
};

const indexesOf = ({ keep }: PutStep): ReadonlyArray<{ readonly name: string; readonly sort: string }> =>
  "indexes" in keep ? keep.indexes : [];

export const onTheRecords: Readonly<Record<string, Break>> = {
  "expects nothing of records": onRecords((step) => ({ ...step, expected: { _tag: "Any" } })),
  "expects nothing of a text that is no revision": onRecords((step) =>
    step.expected._tag === "At" && !/^[\w-]+$/.test(step.expected.revision)
      ? { ...step, expected: { _tag: "Any" } }
      : step,
  ),
  "puts no record where one is": changingPuts((step) => ({ ...step, expected: { _tag: "Absent" } })),
  "says of each remove that there was one": changingResults((result) =>
    result._tag === "Removed" ? { ...result, existed: true } : result,
  ),
  "lets no ttl end": changingPuts((step) => ("ttlMs" in step.keep ? { ...step, keep: { ttlMs: 1e12 } } : step)),
  "keeps the first ttl of a record": knowing((step, [first]) =>
    first === undefined ? step : { ...step, keep: first.keep },
  ),
  "answers a get in the order of the ids": (store) => ({
    getRecords: (names) => store.getRecords([...names].sort((a, b) => (a.id < b.id ? -1 : 1))),
  }),
  "keeps values up to their first NUL": changingPuts((step) => ({ ...step, value: step.value.split("\0")[0] ?? "" })),
  "has one collection, whatever it is called": onRecords((step) => ({ ...step, collection: "things" })),
  "answers a get of any size": (store) => ({
    getRecords: (names) =>
      fromPromise(
        async () => {
          const records: Array<StoredRecord | undefined> = [];
          while (records.length < names.length) records.push(...(await store.getRecords(names.slice(records.length))));
          return records;
        },
        (cause) => cause,
      ),
  }),
  "answers pages of any size": paging(async (store, request) => ({
    items: await whole(store, request),
    next: undefined,
  })),
  "puts 999 records of a write": (store) => ({
    write: (lists, writeId) => {
      let count = 0;
      const losing = changingPuts((step) => (++count > 999 ? undefined : step))(store);
      return (losing.write ?? store.write)(lists, writeId);
    },
  }),
  "reads every index forwards": asking((request) => ({ ...request, backwards: false })),
  "leaves records in the indexes of former puts": knowing((step, before) => ({
    ...step,
    keep: { indexes: [...before, step].flatMap(indexesOf) },
  })),
  "has one place for a record in an index": changingPuts((step) =>
    "indexes" in step.keep
      ? { ...step, keep: { indexes: [...new Map(step.keep.indexes.map((place) => [place.name, place])).values()] } }
      : step,
  ),
  "orders equal sorts by the id as it is": changingPages(({ items, next }) => ({
    items: [...items].sort((a, b) => (a.id < b.id ? -1 : 1)),
    next,
  })),
  "begins behind from": asking((request) => ({
    ...request,
    from: request.from === undefined ? undefined : `${request.from}!`,
  })),
  "reads the first of several indexes alone": asking((request) => ({
    ...request,
    indexes: request.indexes.slice(0, 1),
  })),
  "reads several indexes one after the other": paging(async (store, { indexes, after, ...request }) => {
    const [at = "0", cursor = ""] = (after ?? "0|").split("|");
    const page = await store.pageRecords({
      ...request,
      indexes: indexes.slice(Number(at), Number(at) + 1),
      after: cursor === "" ? undefined : cursor,
    });
    const following = Number(at) + 1 < indexes.length ? `${Number(at) + 1}|` : undefined;
    return { items: page.items, next: page.next === undefined ? following : `${at}|${page.next}` };
  }),
  "begins anew behind a record that is gone": paging(async (store, request) => {
    const id = request.after?.split(" ")[1] ?? "";
    const [record] = await store.getRecords([{ collection: request.collection, id }]);
    return await store.pageRecords({ ...request, after: record && request.after });
  }),
  "shows everything twice behind a foreign position": changingPages(({ items, next }, { after }) =>
    after === undefined || after.startsWith("s0") ? { items, next } : { items: [...items, ...items], next },
  ),
  "names a next page of an empty index": changingPages(({ items, next }) => ({
    items,
    next: items.length === 0 ? "again" : next,
  })),
  "counts one record too many": (store) => ({
    countRecords: (request) => mapped(store.countRecords(request), (counts) => counts.map((count) => count + 1)),
  }),
  "pages by how many records were shown": paging(async (store, request) => {
    const shown = Number(request.after ?? "0");
    const items = await whole(store, { ...request, after: undefined });
    const end = shown + request.limit;
    return { items: items.slice(shown, end), next: items.length > end ? String(end) : undefined };
  }),
};

/** Which of them is failed by which case. */
export const recordProofs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "expects nothing of records": [
    "a put that expects nothing there makes a record once",
    "of two puts at once that expect nothing there one wins, and the other is told its revision",
    "a put that expects a revision succeeds with the latest alone",
    "an old revision lets nobody through, also after the record was removed and put again",
    "a check changes nothing, and refuses its whole list",
    "a step sees what the steps before it in its list will have done",
    "a later list sees what an earlier one did, and nothing of one that was refused",
    "a settlement and a put are one write: a lost lease, or a conflict, refuses both",
  ],
  "expects nothing of a text that is no revision": ["a text that is no revision is another one than any"],
  "puts no record where one is": ["a put that expects any state always succeeds"],
  "says of each remove that there was one": ["a remove tells whether there was one, and refuses another revision"],
  "lets no ttl end": ["a ttl ends a record: it is absent then for readers, and for what writes expect"],
  "keeps the first ttl of a record": [
    "a put without a ttl ends the ttl of the one before",
    "a put with a ttl begins it anew",
  ],
  "answers a get in the order of the ids": ["a get answers in the order of the names, undefined where nothing is"],
  "keeps values up to their first NUL": ["values, ids, collections and names of indexes of any text arrive unchanged"],
  "has one collection, whatever it is called": [
    "records of other collections and of ids that differ by a suffix, a case or an escape are others",
  ],
  "answers a get of any size": ["a get answers at most 4 MiB, but one record at least"],
  "answers pages of any size": ["a page holds at most 4 MiB, but one record at least"],
  "puts 999 records of a write": ["a thousand records fit into one write"],
  "reads every index forwards": [
    "pages walk a whole index in order, both ways, also one by one, and end without a next",
  ],
  "leaves records in the indexes of former puts": [
    "a record stands in exactly the indexes of its latest put, and a removed one in none",
    "puts of one record in one list leave the places of the last",
  ],
  "has one place for a record in an index": ["a record may stand at several places of one index"],
  "orders equal sorts by the id as it is": ["equal sorts are ordered by the escaped id"],
  "begins behind from": ["from and upTo are included, also behind a position"],
  "reads the first of several indexes alone": ["several indexes are read as one, in order and without doubles"],
  "reads several indexes one after the other": [
    "a record that moves from one index to another is met once by who reads both",
  ],
  "begins anew behind a record that is gone": ["a position outlives the record that it names"],
  "shows everything twice behind a foreign position": ["a foreign position is a place like any other, and never fails"],
  "names a next page of an empty index": ["an index that is empty, or unknown, has empty pages"],
  "counts one record too many": ["a count is what the pages give"],
  "pages by how many records were shown": ["pages are stable while others write: what stays is met once"],
};
