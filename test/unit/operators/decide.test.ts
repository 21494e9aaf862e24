import { map, of, pipe } from "rxjs";
import { type Attempt, Block, decide, type Handled, Reject, Retry } from "sluice";
import { describe, expect, it } from "vitest";
import { decisionLaws } from "../../support/decisionLaws.js";
import { failedWith } from "../../support/handledOf.js";
import { tellHandled } from "../../support/tell.js";

type AnyHandled = Handled<string, unknown, unknown>;
type OfText = Handled<string, never, string>;

describe("decide", () => {
  decisionLaws(() => decide(() => Reject({ cause: "decided" })), "Reject");

  it("leaves a failure undecided where the policy decides nothing", () => {
    const seen: Array<OfText> = [];
    const handled = failedWith("a", "no");
    of(handled)
      .pipe(decide(() => undefined))
      .subscribe((one) => seen.push(one));
    expect(seen).toStrictEqual([handled]);
  });

  it("lets the first of several decide", () => {
    const seen: Array<string> = [];
    const decisions = pipe(
      decide<string, never, string>((f) => (f._tag === "Failed" && f.error === "x" ? Reject({ cause: 1 }) : undefined)),
      decide<string, never, string>(() => Retry({ cause: 2, delayMs: 0 })),
      decide<string, never, string>(() => Block({ cause: 3, scope: "queue" })),
    );
    of(failedWith("a", "x"), failedWith("b", "y"))
      .pipe(decisions, map(tellHandled))
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["Failed(x): Reject", "Failed(y): Retry in 0 ms"]);
  });

  it("gives the policy the attempt: message, time, and chance that is the same in every replay", () => {
    const attempts: Array<Attempt> = [];
    const handled = failedWith("a", "no", { attempt: 4 });
    const run = decide<string, never, string>((_, attempt) => {
      attempts.push(attempt);
      return undefined;
    });
    of(handled, handled).pipe(run).subscribe();
    expect(attempts.map(({ message }) => message)).toStrictEqual([handled.message, handled.message]);
    expect(attempts[0]?.nowMs).toBeGreaterThanOrEqual(handled.message.enqueuedAtMs);
    const [first, second] = attempts.map(({ random }) => [random(), random()]);
    expect(first).toStrictEqual(second);
  });

  it.each<[string, unknown]>([
    ["true", true],
    ["null", null],
    ["an object that looks like an outcome", { _tag: "Ack" }],
  ])("takes a policy that answers %s for one that throws, and says what it may answer", (_, answer) => {
    const seen: Array<AnyHandled> = [];
    const policy = (() => answer) as () => undefined;
    of(failedWith("a", "no"))
      .pipe(decide<string, never, string>(policy))
      .subscribe((one) => seen.push(one));
    const cause = { _tag: "InvalidConfig", message: expect.stringContaining("must be an Outcome") as string };
    expect(seen).toMatchObject([{ outcome: undefined, result: { left: { _tag: "Threw", cause } } }]);
  });

  it("puts what the policy throws in the place of the failure, for the decisions that follow", () => {
    const seen: Array<string> = [];
    of(failedWith("a", "no"))
      .pipe(
        decide(() => {
          throw new Error("policy broke");
        }),
        decide((f) => (f._tag === "Threw" ? Reject({ cause: f.cause }) : undefined)),
        map(tellHandled),
      )
      .subscribe((text) => seen.push(text));
    expect(seen).toStrictEqual(["Threw(policy broke): Reject"]);
  });
});
