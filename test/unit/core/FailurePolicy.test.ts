import { fc, test } from "@fast-check/vitest";
import { describe, expect, it, vi } from "vitest";
import { Failed, type Failure, Interrupted, Threw, TimedOut } from "../../../src/core/Failure.js";
import {
  type Attempt,
  attemptOf,
  type FailurePolicy,
  GiveUp,
  getPolicyMonoid,
} from "../../../src/core/FailurePolicy.js";
import { type Delivery, delivery, type Message, messageOf } from "../../../src/core/Message.js";
import { newMessageId } from "../../../src/core/MessageId.js";
import { Ack, Block, type Outcome, Reject, Release, Retry } from "../../../src/core/Outcome.js";

const monoid = getPolicyMonoid<string>();

const anyFailure: fc.Arbitrary<Failure<string>> = fc.oneof(
  fc.string().map(Failed),
  fc.string().map(Threw),
  fc.nat().map(TimedOut),
  fc.constantFrom("stopped" as const, "lease lost" as const).map(Interrupted),
);

const anyOutcome: fc.Arbitrary<Outcome | GiveUp | undefined> = fc.constantFrom(
  undefined,
  undefined,
  GiveUp,
  Ack,
  Retry({ cause: "r", delayMs: 5 }),
  Release({ reason: "r" }),
  Reject({ cause: "r" }),
  Block({ cause: "b", scope: "key" }),
);

/** A policy that decides by the failure's tag, so that laws are tried on policies that differ from failure to failure. */
const anyPolicy: fc.Arbitrary<FailurePolicy<string>> = fc
  .record({ Failed: anyOutcome, Threw: anyOutcome, TimedOut: anyOutcome, Interrupted: anyOutcome })
  .map((table) => (failure) => table[failure._tag]);

const attempt: Attempt = { message: { attempt: 1 } as Message<unknown>, nowMs: 0, random: () => 0 };

describe("the monoid of failure policies", () => {
  test.prop([anyPolicy, anyPolicy, anyPolicy, anyFailure])("is associative", (a, b, c, failure) => {
    const left = monoid.concat(monoid.concat(a, b), c);
    const right = monoid.concat(a, monoid.concat(b, c));
    expect(left(failure, attempt)).toBe(right(failure, attempt));
  });

  test.prop([anyPolicy, anyFailure])("has an empty policy that changes nothing on either side", (policy, failure) => {
    const decided = policy(failure, attempt);
    expect(monoid.concat(monoid.empty, policy)(failure, attempt)).toBe(decided);
    expect(monoid.concat(policy, monoid.empty)(failure, attempt)).toBe(decided);
  });

  test.prop([fc.array(anyPolicy), anyFailure])(
    "decides as the first that decides, else gives up if any does",
    (policies, failure) => {
      const answers = policies.map((policy) => policy(failure, attempt)).filter((answer) => answer !== undefined);
      const first = answers.find((answer) => answer !== GiveUp) ?? answers[0];
      expect(policies.reduce(monoid.concat, monoid.empty)(failure, attempt)).toBe(first);
    },
  );

  it("does not ask the second policy where the first has decided", () => {
    const second = vi.fn(() => Ack);
    expect(monoid.concat(() => Reject({ cause: 1 }), second)(Failed("x"), attempt)?._tag).toBe("Reject");
    expect(second).not.toHaveBeenCalled();
  });

  it("hands the failure and the attempt to both", () => {
    const first = vi.fn(() => undefined);
    const second = vi.fn(() => undefined);
    const failure = Failed("x");
    monoid.concat(first, second)(failure, attempt);
    expect(first).toHaveBeenCalledWith(failure, attempt);
    expect(second).toHaveBeenCalledWith(failure, attempt);
  });
});

describe("attemptOf", () => {
  const messageWith = (id: string): Message<unknown> =>
    messageOf({ envelope: { id }, nowMs: () => 4_711 } as unknown as Delivery, undefined);

  it("reads the time from the delivery", () => {
    const message = messageWith(newMessageId());
    expect(message[delivery].nowMs()).toBe(4_711);
    expect(attemptOf(message)).toMatchObject({ message, nowMs: 4_711 });
  });

  it("gives every replay of one message the same chances, and another message others", () => {
    const [id, other] = [newMessageId(), newMessageId()];
    const drawn = (of: string): ReadonlyArray<number> => {
      const { random } = attemptOf(messageWith(of));
      return [random(), random(), random()];
    };
    expect(drawn(id)).toEqual(drawn(id));
    expect(drawn(id)).not.toEqual(drawn(other));
  });
});
