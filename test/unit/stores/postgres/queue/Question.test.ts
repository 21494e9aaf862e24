/** When a question for messages leaves, and when it lets others of a process go first that was busy. */
import { describe, expect, it } from "vitest";
import { Fronts } from "../../../../../src/stores/postgres/queue/Fronts.js";
import { beatMsOf, Question } from "../../../../../src/stores/postgres/queue/Question.js";
import { leaseRequest } from "../../../../../src/testing/conformance/queue/steps.js";
import { Clock } from "../../../queue/scene.js";

const LEASE_MS = 900;
const EMPTY = "0\u001f\u001f0";

const asked = (onCall: () => string = () => EMPTY) => {
  const clock = new Clock();
  const story: Array<string> = [];
  const question = new Question(
    {
      connection: {
        call: (_session, name, text) => {
          story.push(`${name} ${(JSON.parse(text(false)) as { readonly again: boolean }).again ? "again" : "first"}`);
          return Promise.resolve().then(onCall);
        },
      },
      scheduler: clock,
      given: () => null,
      deadLettersMax: 10,
      fronts: new Fronts(() => clock.now()),
    },
    leaseRequest("q", { leaseMs: LEASE_MS }),
    {
      isWanted: () => true,
      late: () => story.push("late"),
      answered: () => story.push("answered"),
      failed: () => story.push("failed"),
    },
  );
  return { clock, story, question, run: async () => (await question.run()).tell() };
};

describe("a question for messages", () => {
  it("leaves however long others are before it, as long as the process is not busy", async () => {
    const { clock, story, question, run } = asked();
    for (let waitedMs = 0; waitedMs < 3 * LEASE_MS; waitedMs += beatMsOf({ leaseMs: LEASE_MS })) {
      clock.advance(beatMsOf({ leaseMs: LEASE_MS }));
      question.beat();
    }
    expect(question.mayLeave()).toBe(true);
    await run();
    expect(story).toEqual(["lease_1 first", "answered"]);
  });

  it.each(["before the next beat", "and its next beat comes late"])(
    "lets others go first where the process was busy for a third of a lease, %s",
    async (when) => {
      const { clock, story, question, run } = asked();
      clock.advance(LEASE_MS / 3);
      if (when.startsWith("and")) question.beat();
      expect(question.mayLeave()).toBe(false);
      await run();
      expect(story).toEqual(["late"]);
    },
  );

  it("leaves again, late or not, where a call that had it along may have been done", async () => {
    const { clock, story, question, run } = asked();
    question.lost();
    clock.advance(LEASE_MS);
    expect(question.mayLeave()).toBe(true);
    await run();
    expect(story).toEqual(["lease_1 again", "answered"]);
  });

  it("tells that it failed", async () => {
    const { story, run } = asked(() => {
      throw new Error("away");
    });
    await run();
    expect(story).toEqual(["lease_1 first", "failed"]);
  });
});
