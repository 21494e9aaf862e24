/** Reads of one turn leave as two calls, and each gets what is its own. */
import { effect, type RecordName, type StoredRecord, storeUnavailable } from "sluice/store";
import { describe, expect, it } from "vitest";
import type { Revision } from "../../../../../src/core/Revision.js";
import { RecordReads } from "../../../../../src/stores/redis/records/RecordReads.js";

const name = (id: string): RecordName => ({ collection: "c", id });
const recordOf = (id: string): StoredRecord => ({ id, value: `value of ${id}`, revision: id as Revision });

/** Answers later, and at most so many records a call; `down` fails every call. */
const readsOn = ({ max = 1_000, down = false } = {}) => {
  const calls: Array<ReadonlyArray<string>> = [];
  const reads = new RecordReads((names) =>
    effect((asker) => {
      calls.push(names.map(({ id }) => id));
      setImmediate(() => {
        if (down) asker.error(storeUnavailable(new Error("down")));
        else {
          asker.next(names.slice(0, max).map(({ id }) => (id === "none" ? undefined : recordOf(id))));
          asker.complete();
        }
      });
      return undefined;
    }),
  );
  return { calls, read: (...ids: ReadonlyArray<string>) => reads.read(ids.map(name)) };
};

describe("reads of records", () => {
  it("of one turn leave as two calls, and are answered one by one", async () => {
    const { calls, read } = readsOn();
    const found = await Promise.all([read("a"), read("b", "none"), read(), read("c")]);
    expect(calls).toEqual([["a"], ["b", "none", "c"]]);
    expect(found).toEqual([[recordOf("a")], [recordOf("b"), undefined], [], [recordOf("c")]]);
    await read("d");
    expect(calls.at(-1)).toEqual(["d"]);
  });

  it("that did not fit into the answer are asked for again, or answered in part as a call alone would be", async () => {
    const { calls, read } = readsOn({ max: 2 });
    const found = await Promise.all([read("a"), read("b"), read("c", "d"), read("e")]);
    expect(found).toEqual([[recordOf("a")], [recordOf("b")], [recordOf("c")], [recordOf("e")]]);
    expect(calls).toEqual([["a"], ["b", "c", "d", "e"], ["e"]]);
  });

  it("go into several calls where they have too many names", async () => {
    const { calls, read } = readsOn();
    const many = Array.from({ length: 600 }, (_, i) => `r${i}`);
    await Promise.all([read("a"), read(...many), read(...many)]);
    expect(calls.map(({ length }) => length)).toEqual([1, 600, 600]);
  });

  it("fail together, each by itself", async () => {
    const { read } = readsOn({ down: true });
    const ends = await Promise.allSettled([read("a"), read("b"), read("c")]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  });

  it("that nobody waits for any more are not asked for", async () => {
    const { calls, read } = readsOn();
    const first = read("a").then();
    const given = read("b").subscribe();
    const last = read("c").then();
    given.unsubscribe();
    await Promise.all([first, last]);
    expect(calls).toEqual([["a"], ["c"]]);
  });
});
