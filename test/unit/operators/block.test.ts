import { map, of } from "rxjs";
import { Block, block } from "sluice";
import { describe, expect, it } from "vitest";
import { decisionLaws, whenLaws } from "../../support/decisionLaws.js";
import { failedWith } from "../../support/handledOf.js";

describe("block", () => {
  decisionLaws(() => block(), "Block key");
  whenLaws((when) => block({ scope: "queue", when }), "Block queue");

  it.each(["key", "queue"] as const)("blocks the %s with the failure as the cause", (scope) => {
    const seen: Array<unknown> = [];
    of(failedWith("a", "no"))
      .pipe(
        block({ scope }),
        map(({ outcome }) => outcome),
      )
      .subscribe((outcome) => seen.push(outcome));
    expect(seen).toStrictEqual([Block({ cause: "no", scope })]);
  });

  it("refuses another scope at once", () => {
    expect(() => block({ scope: "stream" as "key" })).toThrow(
      expect.objectContaining({ _tag: "InvalidConfig", option: "scope" }),
    );
  });
});
