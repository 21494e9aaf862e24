import { config } from "rxjs";
import { mapMessage } from "sluice";
import { hold } from "sluice/store";
import { testMessage } from "sluice/testing";
import { afterEach, describe, expect, it } from "vitest";

afterEach(() => {
  config.onUnhandledError = null;
});

describe("hold", () => {
  it("takes in hand and lets go, also by the message with other data", () => {
    const hands = hold<string>({ count: 2 });
    const a = testMessage("a");
    hands.take(a, () => undefined);
    expect(a.isHeld()).toBe(true);
    hands.letGo(mapMessage((text: string) => text.length)(a));
    expect(a.isHeld()).toBe(false);
    hands.letGo(a);
  });

  it("tells once that a message is taken away, and lets go of the others in the end", () => {
    const hands = hold<string>({ count: Number.POSITIVE_INFINITY });
    const [a, b] = [testMessage("a"), testMessage("b")];
    const told: Array<string> = [];
    hands.take(a, (reason) => told.push(reason));
    hands.take(b, (reason) => told.push(reason));
    a.interrupt("stopped");
    a.interrupt("stopped");
    hands.end();
    expect([told, b.isHeld()]).toEqual([["stopped"], false]);
  });

  it("reports what the callback throws, and lets whoever takes messages away go on", async () => {
    const unhandled: Array<unknown> = [];
    config.onUnhandledError = (cause) => unhandled.push(cause);
    const hands = hold<string>({ count: 1 });
    const a = testMessage("a");
    const boom = new Error("boom");
    hands.take(a, () => {
      throw boom;
    });
    expect(() => a.interrupt("stopped")).not.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(unhandled).toEqual([boom]);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a count of %s", (count) => {
    expect(() => hold({ count })).toThrow(/count must be a whole number/);
  });

  it("refuses to be called without options", () => {
    expect(() => hold(undefined as never)).toThrow(/options must be an object/);
  });
});
