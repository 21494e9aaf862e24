/** In which order calls stand, how much of them is under way, and what is kept of those that are over. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Lane, type LaneCall } from "../../../../../src/stores/redis/connection/Lane.js";

const MIB = 1024 * 1024;

const rig = () => {
  const lane = new Lane();
  const names = new Map<LaneCall, string>();
  return {
    lane,
    add: (name: string, bytes = 1): LaneCall => {
      const end = { done: () => undefined, failed: () => undefined };
      const job = lane.add({ send: () => Promise.resolve(name), end, bytes, untilMs: 0 });
      names.set(job, name);
      return job;
    },
    send: (): string => {
      let sent = "";
      for (let job = lane.next(); job !== undefined; job = lane.next()) sent += names.get(job) ?? "?";
      return sent;
    },
  };
};

describe("a lane", () => {
  it("has 8 MiB under way at most, and one call at least; the rest leaves as answers come", () => {
    const { lane, add, send } = rig();
    const [a, , c] = [add("a", 5 * MIB), add("b", 3 * MIB), add("c", 1), add("d", 20 * MIB)];
    expect(send()).toBe("ab");
    lane.answered(a);
    expect(send()).toBe("c");
    lane.answered(c);
    expect(send()).toBe("");
  });

  it("sends a call that is larger than its bound alone", () => {
    const { lane, add, send } = rig();
    const large = add("l", 20 * MIB);
    add("n");
    expect(send()).toBe("l");
    lane.answered(large);
    expect(send()).toBe("n");
  });

  it("has what a lost connection did not answer in front again, in its former order, without what is over", () => {
    const { lane, add, send } = rig();
    const [a, b, c, d] = [add("a"), add("b"), add("c"), add("d")];
    expect(send()).toBe("abcd");
    lane.refuse(c);
    lane.refuse(a);
    add("e");
    lane.finish(d);
    lane.lost();
    expect(send()).toBe("abce");
    for (const job of [a, b, c]) lane.answered(job);
    expect(lane.size).toBe(4);
  });

  it("has what was refused in front again once it is put back", () => {
    const { lane, add, send } = rig();
    const [a, b] = [add("a"), add("b")];
    send();
    lane.refuse(a);
    lane.refuse(b);
    add("c");
    expect(lane.isClear).toBe(true);
    lane.putBack();
    expect(send()).toBe("abc");
  });

  it("counts a call that is over once, and never sends it", () => {
    const { lane, add, send } = rig();
    const [a] = [add("a"), add("b")];
    a.abandon();
    a.abandon();
    expect(lane.size).toBe(1);
    expect(send()).toBe("b");
    expect(lane.all()).toHaveLength(1);
  });

  it("counts the bytes of a call that was given up until its reply comes", () => {
    const { lane, add, send } = rig();
    const a = add("a", 8 * MIB);
    send();
    a.abandon();
    add("b");
    expect(send()).toBe("");
    lane.answered(a);
    expect(send()).toBe("b");
  });

  it("keeps nothing of what was given up, whether it was sent or not", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const lane = new Lane();
    const payloads: Array<WeakRef<object>> = [];
    const jobs = ["sent", "waiting"].map((name) => {
      const payload = { name };
      payloads.push(new WeakRef(payload));
      const end = { done: () => payload, failed: () => payload };
      const job = lane.add({ send: () => Promise.resolve(payload), end, bytes: 8 * MIB, untilMs: 0 });
      if (name === "sent") lane.next();
      return job;
    });
    for (const job of jobs) job.abandon();
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(payloads.map((payload) => payload.deref())).toEqual([undefined, undefined]);
    expect(jobs.map(({ sent }) => sent)).toEqual([true, false]);
  });
});
