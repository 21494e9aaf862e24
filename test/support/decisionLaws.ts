/** What every decision does, whatever it decides. */
import { map, type OperatorFunction, of } from "rxjs";
import { Ack, type FailurePolicy, type Handled, Reject, Retry } from "sluice";
import { describe, expect, it } from "vitest";
import { failedBy, failedWith, succeeded } from "./handledOf.js";
import { operatorLaws } from "./operatorLaws.js";
import { tellHandled } from "./tell.js";

type AnyHandled = Handled<unknown, unknown, unknown>;
type AnyDecision = OperatorFunction<AnyHandled, AnyHandled> & { readonly policy: FailurePolicy<never> };

/** `make` decides every failure so that it shows as `decided`. */
export const decisionLaws = (make: () => AnyDecision, decided: string): void => {
  operatorLaws<AnyHandled, AnyHandled>({
    operator: () => make(),
    input: (text, m) => failedWith(text, "no", { scheduler: m.scheduler }),
    show: (handled) => `${String(handled.message.data)}: ${tellHandled(handled)}`,
    shown: (text) => `${text}: Failed(no): ${decided}`,
  });

  const afterwards = (handled: AnyHandled): AnyHandled => {
    const seen: Array<AnyHandled> = [];
    of(handled)
      .pipe(make())
      .subscribe((one) => seen.push(one));
    return seen[0] ?? handled;
  };

  describe("as any decision", () => {
    it.each<[string, AnyHandled]>([
      ["what has succeeded", succeeded("a", 1)],
      ["what has succeeded and is decided", succeeded("a", Ack, { outcome: Ack })],
      ["a failure that is decided", failedWith("a", "no", { outcome: Reject({ cause: "x" }) })],
      ["a failure that is decided otherwise", failedWith("a", "no", { outcome: Retry({ cause: "x" }) })],
      ["what was interrupted by a stop", failedBy("a", { _tag: "Interrupted", reason: "stopped" })],
      ["what was interrupted by a lost lease", failedBy("a", { _tag: "Interrupted", reason: "lease lost" })],
    ])("passes over %s", (_, handled) => {
      expect(afterwards(handled)).toBe(handled);
    });

    it.each([
      ["Failed", failedWith("a", "no")],
      ["Threw", failedBy("a", { _tag: "Threw", cause: new Error("no") })],
      ["TimedOut", failedBy("a", { _tag: "TimedOut", timeoutMs: 5 })],
    ])("decides a failure that %s", (_, handled) => {
      expect(tellHandled(afterwards(handled)).endsWith(`: ${decided}`)).toBe(true);
    });

    it("keeps message, result and follow-ups", () => {
      const handled = failedWith("a", "no");
      const { outcome, ...rest } = afterwards(handled);
      expect({ ...rest, outcome: undefined }).toStrictEqual(handled);
      expect(outcome).toBeDefined();
    });

    it("carries its policy, and decides alike with other data, results and errors", () => {
      const decision = make();
      expect(decision.policy).toBeTypeOf("function");
      const seen: Array<string> = [];
      of(failedWith("a", 1))
        .pipe(decision, map(tellHandled))
        .subscribe((text) => seen.push(text));
      expect(seen).toStrictEqual([`Failed(1): ${decided}`]);
    });
  });
};

/** `make` takes a `when` that picks failures. */
export const whenLaws = (
  make: (when: (failure: { readonly _tag: string }) => boolean) => AnyDecision,
  decided: string,
): void => {
  describe("with `when`", () => {
    const tell = (when: (failure: { readonly _tag: string }) => boolean): string => {
      let text = "";
      of(failedWith("a", "no"))
        .pipe(make(when), map(tellHandled))
        .subscribe((one) => {
          text = one;
        });
      return text;
    };

    it("decides what it picks and leaves the rest", () => {
      expect(tell((failure) => failure._tag === "Failed")).toBe(`Failed(no): ${decided}`);
      expect(tell((failure) => failure._tag === "Threw")).toBe("Failed(no)");
    });

    it("puts what it throws in the place of the failure, undecided", () => {
      const text = tell(() => {
        throw new Error("when broke");
      });
      expect(text).toBe("Threw(when broke)");
    });

    it("is refused at once where it is no function", () => {
      expect(() => make(1 as never)).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option: "when" }));
    });
  });
};
