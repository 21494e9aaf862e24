import { describe, expect, it } from "vitest";
import { absurd, invariant } from "../../../src/core/invariant.js";

describe("invariant", () => {
  it("is silent while its claim holds", () => {
    expect(() => invariant(true, "all is well")).not.toThrow();
  });

  it("throws a Defect with its sentence when its claim fails", () => {
    expect(() => invariant(false, "credit is never negative")).toThrow(
      expect.objectContaining({
        _tag: "Defect",
        message: expect.stringContaining("credit is never negative") as string,
      }),
    );
  });
});

describe("absurd", () => {
  it("throws a Defect that shows the value without a case", () => {
    expect(() => absurd({ _tag: "New" } as never)).toThrow(
      expect.objectContaining({ _tag: "Defect", message: expect.stringContaining("New") as string }),
    );
  });
});
