/** The bracket of the Task layer; what its other functions do is tested through the programs and the examples. */
import * as E from "fp-ts/lib/Either.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { queue, type Store } from "sluice";
import { memoryStore } from "sluice/memory";
import * as Q from "sluice/task";
import { describe, expect, it } from "vitest";

/** Runs it on a store of its own; tells the answer, and whether the store was closed by then. */
const run = async <L, A>(use: (store: Store) => TE.TaskEither<L, A>): Promise<readonly [unknown, unknown]> => {
  const store = memoryStore();
  const answer = await Q.connect(() => store)(use)();
  const after = await Q.stats(queue(store, { name: "after", codec: t.string }))()();
  return [answer, E.isLeft(after) ? after.left._tag : after];
};

describe("connect", () => {
  it("closes the store behind what succeeds and what fails", async () => {
    expect(await run(() => TE.right(7))).toEqual([E.right(7), "StoreClosed"]);
    expect(await run(() => TE.left("no"))).toEqual([E.left("no"), "StoreClosed"]);
  });

  it("closes it behind what throws or is rejected, and answers that as a Left", async () => {
    const refused = await run((store) => Q.stats(queue(store, { name: "orders{1}", codec: t.string }))());
    expect(refused).toMatchObject([{ _tag: "Left", left: { _tag: "InvalidConfig", option: "name" } }, "StoreClosed"]);
    const thrown = await run(() => {
      throw new Error("boom");
    });
    expect(thrown).toMatchObject([{ _tag: "Left", left: { _tag: "Defect" } }, "StoreClosed"]);
    const rejected = await run(() => () => Promise.reject(new Error("boom")));
    expect(rejected).toMatchObject([{ _tag: "Left", left: { _tag: "Defect" } }, "StoreClosed"]);
  });

  it("is a Left where the store is not made", async () => {
    const opening = Q.connect(() => {
      throw new Error("boom");
    })(() => TE.right(1));
    expect(await opening()).toMatchObject({ _tag: "Left", left: { _tag: "Defect" } });
  });
});
