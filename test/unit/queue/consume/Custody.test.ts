import { describe, expect, it } from "vitest";
import type { Interrupted } from "../../../../src/core/Failure.js";
import type { Holder } from "../../../../src/core/Message.js";
import { Custody } from "../../../../src/queue/consume/Custody.js";

const holderOf = (): { readonly holder: Holder; readonly told: Array<Interrupted["reason"]> } => {
  const told: Array<Interrupted["reason"]> = [];
  return { told, holder: (reason) => told.push(reason) };
};

const seen = ({ arriving, given, held, begun }: Custody) => ({ arriving, given, held, begun });

describe("the custody of a delivery", () => {
  it("goes from its source to user code to an operator, and back to user code", () => {
    const custody = new Custody();
    const { holder } = holderOf();
    expect(seen(custody)).toEqual({ arriving: true, given: false, held: false, begun: false });
    custody.given = true;
    expect(seen(custody)).toEqual({ arriving: false, given: true, held: false, begun: true });
    expect(custody.take(holder)).toBe(true);
    expect(seen(custody)).toEqual({ arriving: false, given: false, held: true, begun: false });
    custody.working = true;
    expect(custody.begun).toBe(true);
    expect(custody.letGo(holder)).toBe(true);
    expect(seen(custody)).toEqual({ arriving: false, given: true, held: false, begun: true });
  });

  it("is let go of by the latest holder only", () => {
    const custody = new Custody();
    const [first, second] = [holderOf(), holderOf()];
    custody.take(first.holder);
    custody.take(second.holder);
    expect(custody.letGo(first.holder)).toBe(false);
    expect(custody.held).toBe(true);
    custody.interrupt("stopped");
    expect([first.told, second.told, custody.held]).toEqual([[], ["stopped"], false]);
  });

  it("tells a holder once, and whoever comes after an interruption at once", () => {
    const custody = new Custody();
    const [first, late] = [holderOf(), holderOf()];
    custody.take(first.holder);
    custody.interrupt("paused");
    custody.interrupt("stopped");
    expect(custody.take(late.holder)).toBe(false);
    expect([first.told, late.told, custody.held]).toEqual([["paused"], ["stopped"], false]);
  });

  it("is closed to whoever comes too late, without a word to whoever has it", () => {
    const custody = new Custody();
    const [now, late] = [holderOf(), holderOf()];
    custody.take(now.holder);
    custody.close();
    expect(now.told).toEqual([]);
    custody.take(late.holder);
    expect(late.told).toEqual(["lease lost"]);
  });
});
