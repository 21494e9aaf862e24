/** Reads of dispatches: two calls at a time, and what is asked for meanwhile leaves together. */
import { effect, type StoredRecord, storeUnavailable } from "sluice/store";
import { describe, expect, it } from "vitest";
import type { Revision } from "../../../../src/core/Revision.js";
import type { DispatchId, HubEventId } from "../../../../src/hub/ids.js";
import type { DispatchRef } from "../../../../src/hub/ledger/DispatchCodec.js";
import { type Found, Reads } from "../../../../src/hub/ledger/Reads.js";

const refOf = (id: string): DispatchRef => ({ dispatchId: `d${id}` as DispatchId, eventId: `e${id}` as HubEventId });
const recordOf = (id: string): StoredRecord => ({ id, value: "", revision: id as Revision });
const both = ({ dispatchId, eventId }: DispatchRef): Found => [recordOf(dispatchId), recordOf(eventId)];

/** Calls that are answered when the test says so, with so many records at most. */
const readsOn = (max = 1_000) => {
  const calls: Array<ReadonlyArray<string>> = [];
  const answers: Array<(down?: boolean) => void> = [];
  const reads = new Reads({
    many: (refs) =>
      effect((asker) => {
        calls.push(refs.map(({ dispatchId }) => dispatchId));
        answers.push((down) => {
          if (down === true) asker.error(storeUnavailable(new Error("down")));
          else {
            asker.next(refs.flatMap(both).slice(0, max));
            asker.complete();
          }
        });
        return undefined;
      }),
    one: (ref) =>
      effect((asker) => {
        calls.push([`alone ${ref.dispatchId}`]);
        asker.next(both(ref));
        asker.complete();
        return undefined;
      }),
  });
  const seen: Array<string> = [];
  const read = (id: string) =>
    reads.read(refOf(id)).subscribe({
      next: (found) => seen.push(found.map((record) => record?.id).join(" ")),
      error: (error: unknown) => seen.push((error as { readonly _tag: string })._tag),
    });
  return { calls, answers, seen, read };
};

describe("reads", () => {
  it("leave at once while less than two are under way, and together after that", () => {
    const { calls, answers, seen, read } = readsOn();
    for (const id of ["1", "2", "3", "4"]) read(id);
    expect(calls).toEqual([["d1"], ["d2"]]);
    answers[1]?.();
    expect([calls.at(-1), seen]).toEqual([["d3", "d4"], ["d2 e2"]]);
    answers[0]?.();
    answers[2]?.();
    expect(seen).toEqual(["d2 e2", "d1 e1", "d3 e3", "d4 e4"]);
    read("5");
    expect(calls.at(-1)).toEqual(["d5"]);
  });

  it("ask alone for what did not fit into an answer", () => {
    const { calls, answers, seen, read } = readsOn(3);
    for (const id of ["1", "2", "3", "4", "5"]) read(id);
    answers[0]?.();
    answers[2]?.();
    expect(calls).toEqual([["d1"], ["d2"], ["d3", "d4", "d5"], ["alone d4"], ["alone d5"]]);
    expect(seen).toEqual(["d1 e1", "d3 e3", "d4 e4", "d5 e5"]);
  });

  it("that nobody waits for any more are not asked for, and a failure is told to all of its call", () => {
    const { calls, answers, seen, read } = readsOn();
    for (const id of ["1", "2"]) read(id);
    const given = read("3");
    read("4");
    read("5");
    given.unsubscribe();
    answers[0]?.();
    expect(calls.at(-1)).toEqual(["d4", "d5"]);
    answers[2]?.(true);
    expect(seen).toEqual(["d1 e1", "StoreUnavailable", "StoreUnavailable"]);
    read("6");
    expect(calls.at(-1)).toEqual(["d6"]);
  });
});
