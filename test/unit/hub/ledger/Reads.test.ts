/** Reads of dispatches: what is asked for in a turn leaves together, as two calls at a time. */
import { VirtualTimeScheduler } from "rxjs";
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
  const scheduler = new VirtualTimeScheduler();
  const reads = new Reads({
    scheduler,
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
  return { calls, answers, seen, read, turn: () => scheduler.flush() };
};

const numbered = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe("reads", () => {
  it("of a turn leave together at its end while less than two calls are under way, and those of later turns after that", () => {
    const { calls, answers, seen, read, turn } = readsOn();
    for (const id of ["1", "2"]) read(id);
    expect(calls).toEqual([]);
    turn();
    expect(calls).toEqual([["d1", "d2"]]);
    read("3");
    turn();
    for (const id of ["4", "5"]) {
      read(id);
      turn();
    }
    expect(calls).toEqual([["d1", "d2"], ["d3"]]);
    answers[1]?.();
    expect([calls.at(-1), seen]).toEqual([["d4", "d5"], ["d3 e3"]]);
    answers[0]?.();
    answers[2]?.();
    expect(seen).toEqual(["d3 e3", "d1 e1", "d2 e2", "d4 e4", "d5 e5"]);
  });

  it("of many leave in halves, so that the second is read while the first is at work", () => {
    const { calls, read, turn } = readsOn();
    for (const id of numbered(1, 41)) read(id);
    turn();
    expect(calls.map((ids) => ids.length)).toEqual([21, 20]);
    expect(calls.flat()).toEqual(numbered(1, 41).map((id) => `d${id}`));
  });

  it("ask alone for what did not fit into an answer", () => {
    const { calls, answers, seen, read, turn } = readsOn(3);
    for (const id of ["1", "2", "3"]) read(id);
    turn();
    answers[0]?.();
    expect(calls).toEqual([["d1", "d2", "d3"], ["alone d2"], ["alone d3"]]);
    expect(seen).toEqual(["d1 e1", "d2 e2", "d3 e3"]);
  });

  it("that nobody waits for any more are not asked for, and a failure is told to all of its call", () => {
    const { calls, answers, seen, read, turn } = readsOn();
    read("1");
    const given = read("2");
    read("3");
    given.unsubscribe();
    turn();
    expect(calls).toEqual([["d1", "d3"]]);
    read("4").unsubscribe();
    turn();
    expect(calls).toHaveLength(1);
    answers[0]?.(true);
    expect(seen).toEqual(["StoreUnavailable", "StoreUnavailable"]);
    read("5");
    turn();
    expect(calls.at(-1)).toEqual(["d5"]);
  });
});
