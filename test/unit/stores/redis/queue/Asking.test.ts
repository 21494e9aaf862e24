/** One lease that waits: when it asks, and what it gives back. */
import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { newMessageId } from "../../../../../src/core/MessageId.js";
import type { Lease, LeaseRequest } from "../../../../../src/port/Lease.js";
import type { CallEnd } from "../../../../../src/stores/redis/connection/Connection.js";
import { Asking } from "../../../../../src/stores/redis/queue/Asking.js";
import { Slots } from "../../../../../src/stores/redis/queue/Slots.js";

const lease: Lease = {
  id: newMessageId(),
  token: "t",
  payload: "a",
  key: undefined,
  headers: {},
  attempt: 1,
  suspect: false,
  enqueuedAtMs: 0,
  firstEnqueuedAtMs: 0,
  leasedAtMs: 0,
};
const nothing = { leases: [], nowMs: 0, changeMs: 40, standsBy: false };

/** A consumer whose calls are answered by the test; they and what it tells the lobby are listed. */
const asking = (draft: Partial<LeaseRequest> = {}) => {
  const scheduler = new VirtualTimeScheduler();
  const told: Array<string> = [];
  const ends: Array<CallEnd<unknown>> = [];
  const ended: Array<unknown> = [];
  const connection = {
    push: () => undefined,
    run: (script: { readonly name: string }, _: unknown, end: CallEnd<never>) => {
      told.push(script.name);
      ends.push(end as CallEnd<unknown>);
      return { sent: true, abandon: () => undefined };
    },
  };
  const lobby = {
    wait: () => told.push("wait"),
    leave: () => told.push("leave"),
    giveBack: (_: string, token?: string) => told.push(`give back ${token ?? "the wake-up"}`),
    serverMs: 0,
  };
  const made = new Asking(
    { connection, urgent: connection, lobby, slots: new Slots(), scheduler, given: () => "", deadLettersMax: 10 },
    {
      queue: "q",
      key: "k",
      consumer: "c",
      max: 1,
      bytesMax: 1_000,
      leaseMs: 30_000,
      waitMsMax: Number.POSITIVE_INFINITY,
      attemptsMax: 5,
      deliveriesMax: 1_000,
      hands: "empty",
      exclusive: false,
      ...draft,
    },
    { got: (leases) => ended.push(leases), failed: (cause) => ended.push(cause) },
  );
  const advance = (ms: number): void => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  made.start();
  return { made, told, ended, advance, answer: (reply: unknown) => ends.pop()?.done(reply) };
};

describe("a consumer that waits", () => {
  it("asks at once where it is woken, and in its turn where leases may have ended meanwhile", () => {
    const { made, told, advance, answer } = asking();
    answer(nothing);
    made.woken(false);
    expect(told).toEqual(["lease", "wait", "lease"]);
    answer(nothing);
    made.woken(true);
    expect(told.slice(3)).toEqual(["wait"]);
    advance(1);
    expect(told.slice(3)).toEqual(["wait", "lease"]);
  });

  it("ends with nothing when its time is over, however often it was woken", () => {
    const { made, told, ended, advance, answer } = asking({ waitMsMax: 100 });
    answer(nothing);
    advance(60);
    made.woken(false);
    answer(nothing);
    advance(39);
    expect(ended).toEqual([]);
    advance(1);
    expect(ended).toEqual([[]]);
    expect(told).toEqual(["lease", "wait", "lease", "wait", "leave"]);
  });

  it("takes what is handed over for its time, and leases anew what is not", () => {
    const fresh = asking();
    fresh.answer(nothing);
    fresh.made.handed({ lease, leaseMs: 30_000 });
    expect([fresh.told, fresh.ended]).toEqual([["lease", "wait"], [[lease]]]);
    const other = asking();
    other.answer(nothing);
    other.made.handed({ lease, leaseMs: 20_000 });
    expect(other.told).toEqual(["lease", "wait", "extend"]);
    other.answer([true]);
    expect(other.ended).toEqual([[{ ...lease, askedMs: 0 }]]);
  });

  it("asks again where what was handed over is not its any more", () => {
    const { made, told, ended, answer } = asking();
    answer(nothing);
    made.handed({ lease, leaseMs: 20_000 });
    answer([false]);
    expect([told, ended]).toEqual([["lease", "wait", "extend", "lease"], []]);
  });
});

describe("a consumer that is taken back", () => {
  it("gives back whatever it was at, once", () => {
    const at: Record<string, (one: ReturnType<typeof asking>) => void> = {
      cancel: () => undefined,
      leave: ({ answer }) => answer(nothing),
      "give back the wake-up": ({ made, answer }) => {
        answer(nothing);
        made.woken(true);
      },
      "give back t": ({ made, answer }) => {
        answer(nothing);
        made.handed({ lease, leaseMs: 20_000 });
      },
    };
    for (const [expected, come] of Object.entries(at)) {
      const one = asking();
      come(one);
      const before = one.told.length;
      one.made.takeBack();
      one.made.takeBack();
      one.advance(1_000);
      expect(one.told.slice(before)).toEqual([expected]);
      one.answer(expected === "give back t" ? [true] : nothing);
      expect(one.told.slice(before)).toEqual([expected]);
      expect(one.ended).toEqual([]);
    }
  });

  it("after it got something gives back nothing", () => {
    const { made, told, ended, answer } = asking();
    answer({ ...nothing, leases: [lease] });
    made.takeBack();
    made.stop();
    expect([told, ended]).toEqual([["lease"], [[lease]]]);
  });
});
