/** A store that keeps payloads and records encrypted: whoever reads the database, a backup or a replica sees ids, keys and headers. */
import {
  mapEffect,
  type Page,
  type Step,
  type Store,
  type StoredMessage,
  type StoredRecord,
  viewOf,
} from "sluice/store";
import type { Seal } from "./seal.js";

/** What has a payload. A payload that this version of Sluice cannot read is shown as it stands in the store. */
type WithPayload = Pick<StoredMessage, "payload" | "unreadable">;

export const encrypted = (store: Store, seal: Seal): Store => {
  const opened = <T extends WithPayload>(item: T): T =>
    item.unreadable === undefined ? { ...item, payload: seal.open(item.payload) } : item;
  const openedAll = <T extends WithPayload>(items: ReadonlyArray<T>): ReadonlyArray<T> => items.map(opened);
  const openedPage = <T extends WithPayload>(page: Page<T>): Page<T> => ({ ...page, items: openedAll(page.items) });
  const openedRecord = (record: StoredRecord): StoredRecord => ({ ...record, value: seal.open(record.value) });
  const closed = (step: Step): Step => {
    if (step._tag === "Enqueue") return { ...step, payload: seal.close(step.payload) };
    return step._tag === "Put" ? { ...step, value: seal.close(step.value) } : step;
  };

  return viewOf(store, {
    write: (lists, writeId) =>
      store.write(
        lists.map((steps) => steps.map(closed)),
        writeId,
      ),
    lease: (request) => mapEffect(store.lease(request), openedAll),
    peek: (request) => mapEffect(store.peek(request), openedAll),
    blocked: (request) => mapEffect(store.blocked(request), openedPage),
    deadLetters: (request) => mapEffect(store.deadLetters(request), openedPage),
    redrive: ({ letters, ...request }, writeId) => {
      const changed = letters.map((letter) =>
        letter.payload === undefined ? letter : { ...letter, payload: seal.close(letter.payload) },
      );
      return store.redrive({ ...request, letters: changed }, writeId);
    },
    getRecords: (names) =>
      mapEffect(store.getRecords(names), (records) => records.map((record) => record && openedRecord(record))),
    pageRecords: (request) =>
      mapEffect(store.pageRecords(request), ({ items, next }) => ({ items: items.map(openedRecord), next })),
  });
};
