/** Messages for tests of the memory store's parts. */
import { newMessageId } from "../../../../../src/core/MessageId.js";
import { Entry, type EntryFields } from "../../../../../src/stores/memory/queue/Entry.js";

export const entryOf = (
  fields: Partial<EntryFields> & { readonly dueMs?: number; readonly order?: number } = {},
): Entry => {
  const { dueMs = 0, order = 0, ...rest } = fields;
  const entry = new Entry({
    id: newMessageId(),
    payload: "",
    key: undefined,
    headers: {},
    level: 0,
    enqueuedAtMs: 0,
    firstEnqueuedAtMs: 0,
    ...rest,
  });
  entry.dueMs = dueMs;
  entry.order = order;
  return entry;
};

/** Messages called "a", "b", … */
export const named = (names: string): ReadonlyArray<Entry> => [...names].map((payload) => entryOf({ payload }));

export const namesOf = (entries: Iterable<Entry | undefined>): string =>
  [...entries].map((entry) => entry?.payload ?? "-").join("");
