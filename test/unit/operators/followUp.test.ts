import * as t from "io-ts";
import { of } from "rxjs";
import { Ack, followUp, type Handled, queue, Reject, Retry, type Write } from "sluice";
import { memoryStore } from "sluice/memory";
import { describe, expect, it, vi } from "vitest";
import { failedWith, succeeded } from "../../support/handledOf.js";
import { operatorLaws } from "../../support/operatorLaws.js";
import { tellHandled } from "../../support/tell.js";

type AnyHandled = Handled<string, unknown, unknown>;

const notes = queue(memoryStore(), { name: "notes", codec: t.string });

const afterwards = <R, E>(
  handled: Handled<string, R, E>,
  ...nexts: ReadonlyArray<Parameters<typeof followUp<string, R, E>>[0]>
) => {
  let seen = handled;
  for (const next of nexts)
    of(seen)
      .pipe(followUp(next))
      .subscribe((one) => {
        seen = one;
      });
  return seen;
};

describe("followUp", () => {
  operatorLaws<AnyHandled, AnyHandled>({
    operator: () => followUp(() => []),
    input: (text) => succeeded(text, text),
    show: ({ message }) => message.data,
  });

  it.each([
    ["undecided", undefined],
    ["acked", Ack],
  ])("adds the writes of a result that is %s, from the result and its message", (_, outcome) => {
    const handled = succeeded("a", 7, outcome === undefined ? {} : { outcome });
    const next = vi.fn((result: number) => [notes.enqueue(String(result))]);
    const seen = afterwards(handled, next);
    expect(next.mock.calls).toStrictEqual([[7, handled.message]]);
    expect(seen.followUps).toHaveLength(1);
    expect({ ...seen, followUps: [] }).toStrictEqual(handled);
  });

  it("adds to what another one has added, and leaves its input as it was", () => {
    const [one, two, three] = [notes.enqueue("1"), notes.enqueue("2"), notes.enqueue("3")];
    const handled = succeeded("a", 7);
    const seen = afterwards(
      handled,
      () => [one, two],
      () => [three],
    );
    expect(seen.followUps).toStrictEqual([one, two, three]);
    expect(handled.followUps).toStrictEqual([]);
  });

  it.each<[string, AnyHandled]>([
    ["what has failed", failedWith("a", "no")],
    ["a result that is to be retried", succeeded("a", 1, { outcome: Retry({ cause: "x" }) })],
    ["a result that is to be rejected", succeeded("a", 1, { outcome: Reject({ cause: "x" }) })],
  ])("passes over %s", (_, handled) => {
    const next = vi.fn(() => []);
    expect(afterwards(handled, next)).toBe(handled);
    expect(next).not.toHaveBeenCalled();
  });

  it("makes a failure of what the callback throws, also of an acked result, and keeps the stream", () => {
    const broken = (): never => {
      throw new Error("no follow-up");
    };
    expect(tellHandled(afterwards(succeeded("a", 7), broken))).toBe("Threw(no follow-up)");
    expect(tellHandled(afterwards(succeeded("a", Ack, { outcome: Ack }), broken))).toBe("Threw(no follow-up)");
    expect(tellHandled(afterwards(succeeded("a", 7), () => undefined as never))).toMatch(/^Threw\(.*not iterable/);
  });

  const small = queue(memoryStore(), { name: "small", codec: t.string, payloadBytesMax: 10 });
  const large = "x".repeat(1024 * 1024 - 10);

  it.each<[string, () => ReadonlyArray<Write<unknown>>]>([
    ["EncodeRefused", () => [notes.enqueue("fine"), notes.enqueue(7 as unknown as string)]],
    ["PayloadTooLarge", () => [small.enqueue("a text of more than 10 bytes")]],
    ["WriteTooLarge", () => Array.from({ length: 1_000 }, () => notes.enqueue("x"))],
    ["WriteTooLarge", () => Array.from({ length: 9 }, () => notes.enqueue(large))],
    ["InvalidConfig", () => [notes.enqueue("x"), small.enqueue("x")]],
  ])("makes a failure of writes that will never be written, for the decisions that follow: %s", (tag, writes) => {
    const handled = succeeded("a", 7);
    const seen = afterwards(handled, writes);
    expect(seen).toMatchObject({ outcome: undefined, result: { left: { _tag: "Threw", cause: { _tag: tag } } } });
    expect(seen.followUps).toStrictEqual([]);
  });

  it("counts the writes of all follow-ups of a message together, with its ack", () => {
    const many = (count: number) => () => Array.from({ length: count }, () => notes.enqueue("x"));
    expect(tellHandled(afterwards(succeeded("a", 7), many(500), many(499)))).toBe("Right(7)");
    expect(tellHandled(afterwards(succeeded("a", 7), many(500), many(500)))).toMatch(/^Threw\(.*1001 steps/);
  });

  it("enqueues nothing by itself", async () => {
    afterwards(succeeded("a", 7), () => [notes.enqueue("x")]);
    expect((await notes.stats()).enqueued).toBe(0);
  });
});
