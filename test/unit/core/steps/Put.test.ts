/** What a put counts for in a write. */
import { describe, expect, it } from "vitest";
import { checkSize, joinPlans, type Plan } from "../../../../src/core/Plan.js";
import type { PutStep } from "../../../../src/core/steps/Put.js";
import { putStep } from "../../../../src/testing/conformance/records/steps.js";

const places = (count: number, sort = "s") => Array.from({ length: count }, (_, i) => ({ name: `index ${i}`, sort }));
const puts = (count: number, indexes: ReturnType<typeof places>) =>
  Array.from({ length: count }, (_, i) => putStep(String(i), { indexes }));

describe("a put counts", () => {
  it("as many steps as it has places, and as one at least", () => {
    expect(checkSize(puts(1_000, []))).toBeUndefined();
    expect(checkSize(puts(1_000, places(1)))).toBeUndefined();
    expect(checkSize(puts(50, places(20)))).toBeUndefined();
    expect(checkSize(puts(51, places(20)))).toMatchObject({ _tag: "WriteTooLarge", count: 1_020 });
  });

  it("by the bytes of its places too", () => {
    const long = { name: "é".repeat(4_000), sort: "s".repeat(128) };
    const most = puts(1_000, [long]).map((step) => ({ ...step, value: "x" }));
    expect(checkSize(most)).toBeUndefined();
    expect(checkSize(most.map((step) => ({ ...step, value: "x".repeat(300) })))).toMatchObject({
      _tag: "WriteTooLarge",
      bytes: 1_000 * (300 + 8_128),
    });
  });
});

describe("joined puts of one record", () => {
  const planOf = (step: PutStep): Plan<unknown> => ({ steps: [step], read: ([result]) => result });

  it("are one where they are the same put, and refused where they are two", () => {
    const put = putStep("a", { indexes: [] });
    const once = joinPlans([planOf(put), planOf({ ...put })]);
    expect(once).toMatchObject({ right: { steps: [put] } });
    const other = putStep("a", { indexes: [] });
    expect(other.revision).not.toBe(put.revision);
    expect(joinPlans([planOf(put), planOf(other)])).toMatchObject({ left: { _tag: "InvalidConfig" } });
  });
});
