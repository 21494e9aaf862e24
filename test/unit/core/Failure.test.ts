import { describe, expect, it } from "vitest";
import { causeOf, Failed, Interrupted, Threw, TimedOut } from "../../../src/core/Failure.js";

describe("causeOf", () => {
  it("is the handler's own error of what Failed", () => {
    const error = { _tag: "Declined" };
    expect(causeOf(Failed(error))).toBe(error);
  });

  it("is the thrown thing of what Threw", () => {
    const cause = new Error("boom");
    expect(causeOf(Threw(cause))).toBe(cause);
  });

  it("is a sentence of what TimedOut or was Interrupted", () => {
    expect(causeOf(TimedOut(250))).toBe("timed out after 250 ms");
    expect(causeOf(Interrupted("lease lost"))).toBe("interrupted: lease lost");
  });
});
