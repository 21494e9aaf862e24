import { describe, expect, it } from "vitest";
import { CollectionState } from "../../../../../src/stores/memory/records/CollectionState.js";
import { putStep } from "../../../../../src/testing/conformance/records/steps.js";

describe("a collection in memory", () => {
  it("keeps no index in which nothing stands any more", () => {
    const collection = new CollectionState();
    const putAt = (name: string) => collection.put(putStep("a", { indexes: [{ name, sort: "s" }] }), 0);
    for (const name of ["byMail=a", "byMail=b", "byMail=c"]) putAt(name);
    expect(["byMail=a", "byMail=b", "byMail=c"].map((name) => collection.index(name)?.size)).toEqual([
      undefined,
      undefined,
      1,
    ]);
    collection.remove("a", 0);
    expect(collection.index("byMail=c")).toBeUndefined();
  });

  it("forgets records of any ttl when they have ended, also of none that is a time", () => {
    const collection = new CollectionState();
    for (const [i, ttlMs] of [0, -1, Number.NaN, Number.POSITIVE_INFINITY].entries())
      collection.put(putStep(String(i), { ttlMs }), 0);
    expect([0, 1, 2, 3].map((i) => collection.get(String(i), 2) !== undefined)).toEqual([false, false, false, true]);
    expect(collection.get("3", 20 * 365 * 86_400_000)).toBeUndefined();
  });
});
