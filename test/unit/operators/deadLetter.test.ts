import { map, of, pipe } from "rxjs";
import { deadLetter, Reject, retryBackoff } from "sluice";
import { describe, expect, it } from "vitest";
import { decisionLaws, whenLaws } from "../../support/decisionLaws.js";
import { failedWith } from "../../support/handledOf.js";
import { tellHandled } from "../../support/tell.js";

describe("deadLetter", () => {
  decisionLaws(() => deadLetter(), "Reject");
  whenLaws((when) => deadLetter({ when }), "Reject");

  it("rejects with the failure as the cause", () => {
    const cause = new Error("no");
    const seen: Array<unknown> = [];
    of(failedWith("a", cause))
      .pipe(
        deadLetter(),
        map(({ outcome }) => outcome),
      )
      .subscribe((outcome) => seen.push(outcome));
    expect(seen).toStrictEqual([Reject({ cause })]);
  });

  it("takes what a backoff has given up", () => {
    const seen: Array<string> = [];
    const decisions = pipe(retryBackoff({ attemptsMax: 2 }), deadLetter(), map(tellHandled));
    of(failedWith("a", "no"), failedWith("b", "no", { attempt: 2 }))
      .pipe(decisions)
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["Failed(no): Retry in 200 ms", "Failed(no): Reject"]);
  });
});
