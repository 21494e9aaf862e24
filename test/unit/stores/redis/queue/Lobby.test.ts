/** The consumers of one process that wait: who reads for them, who looks for them, and who of them is told. */
import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { invalidConfig } from "../../../../../src/core/SluiceError.js";
import type { CallEnd, Connection } from "../../../../../src/stores/redis/connection/Connection.js";
import { Lobby } from "../../../../../src/stores/redis/queue/Lobby.js";
import type { Waiter } from "../../../../../src/stores/redis/queue/Place.js";

interface Read {
  readonly lists: ReadonlyArray<string>;
  readonly end: CallEnd<unknown>;
}

interface Run {
  readonly name: string;
  readonly keys: ReadonlyArray<string>;
  readonly end: CallEnd<never>;
}

/** A lobby whose calls and reads are answered by the test. */
const lobbyOf = () => {
  const scheduler = new VirtualTimeScheduler();
  const reads: Array<Read> = [];
  const runs: Array<Run> = [];
  const told: Array<string> = [];
  let connections = 0;
  const connect = (): Connection => {
    connections += 1;
    const command = (name: string, args: ReadonlyArray<string>, end: CallEnd<unknown>) => {
      reads.push({ lists: name === "blpop" ? args.slice(0, -1) : args, end });
      return { sent: true, abandon: () => undefined };
    };
    return {
      command,
      idle: () => Promise.resolve(),
      close: () => told.push("a connection was closed"),
    } as unknown as Connection;
  };
  const run = (
    script: { readonly name: string; readonly encode: (input: never) => { readonly keys: ReadonlyArray<string> } },
    input: unknown,
    end: CallEnd<never>,
  ) => {
    runs.push({ name: script.name, keys: script.encode(input as never).keys, end });
    return { sent: true, abandon: () => undefined };
  };
  const lobby = new Lobby({
    connection: { run },
    connect,
    endList: (serial) => `end${serial}`,
    scheduler,
    given: () => "",
  });
  const waiter = (name: string, queue = "q", draft: Partial<Waiter> = {}): Waiter => ({
    queue,
    owner: "",
    leaseMs: 30_000,
    inVain: false,
    woken: (late) => told.push(`${name} ${late ? "late" : "woken"}`),
    handed: ({ lease: { payload } }) => told.push(`${name} ${payload}`),
    failed: (cause) => told.push(`${name} ${String(cause)}`),
    ...draft,
  });
  const wait = (one: Waiter, changeMs?: number, standsBy = false): Waiter => {
    lobby.wait(one, { leases: [], nowMs: scheduler.now(), changeMs, standsBy, standsBack: false, goesOn: false });
    return one;
  };
  const advance = (ms: number): void => {
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
    scheduler.frame = scheduler.maxFrames;
  };
  /** Answers the oldest read that has this list. */
  const bring = (list: string, text: string | undefined): void => {
    const at = reads.findIndex(({ lists }) => lists.includes(list));
    expect(at).not.toBe(-1);
    reads.splice(at, 1)[0]?.end.done(text === undefined ? null : [list, text]);
  };
  /** Answers the oldest call of this script. */
  const answer = (name: string, reply: unknown): void => {
    const at = runs.findIndex((call) => call.name === name);
    expect(at).not.toBe(-1);
    runs.splice(at, 1)[0]?.end.done(reply as never);
  };
  const looked = (state: string, changeMs?: number) => ({ nowMs: scheduler.now(), looked: [{ state, changeMs }] });
  return {
    lobby,
    scheduler,
    told,
    reads,
    runs,
    waiter,
    wait,
    advance,
    bring,
    answer,
    looked,
    lists: () => reads.map(({ lists }) => lists.join(" ")),
    names: () => runs.map(({ name, keys }) => `${name} ${keys.join(" ")}`),
    connections: () => connections,
  };
};

/** How much later than due a consumer looks that was not woken for it. */
const GRACE_MS = 5;

describe("what a read brings", () => {
  it("goes to whoever waits the longest, and the read goes on for the others", () => {
    const { told, waiter, wait, bring, lists } = lobbyOf();
    wait(waiter("one"));
    wait(waiter("two"));
    expect(lists()).toEqual(["end1 q:w"]);
    bring("q:w", "1");
    expect([told, lists()]).toEqual([["one woken"], ["end1 q:w"]]);
    bring("q:w", "1");
    expect([told, lists()]).toEqual([["one woken", "two woken"], []]);
  });

  it("is passed on where nobody waits any more, and goes to one that came meanwhile", () => {
    const { lobby, told, waiter, wait, bring, names } = lobbyOf();
    const one = wait(waiter("one"));
    lobby.leave(one);
    bring("q:w", "1");
    expect([told, names()]).toEqual([[], ["giveBack q"]]);
    const two = wait(waiter("two"));
    lobby.leave(two);
    wait(waiter("three"));
    bring("q:w", "1");
    expect(told).toEqual(["three woken"]);
  });

  it("is late where something may have changed by time since", () => {
    const { told, waiter, wait, advance, bring } = lobbyOf();
    wait(waiter("one"), 50);
    advance(49);
    bring("q:w", "1");
    wait(waiter("two"), 50);
    advance(50);
    bring("q:w", "1");
    wait(waiter("three", "q", { leaseMs: 100 }));
    advance(100);
    bring("q:w", "1");
    expect(told).toEqual(["one woken", "two late", "three late"]);
  });

  it("is an error for all whom that read was for, and the next read has a connection of its own", () => {
    const { told, waiter, wait, reads, lists, connections } = lobbyOf();
    wait(waiter("one"));
    wait(waiter("two"));
    reads.shift()?.end.failed("gone");
    expect(told).toEqual(["a connection was closed", "one gone", "two gone"]);
    wait(waiter("one"));
    expect([lists(), connections()]).toEqual([["end2 q:w"], 2]);
  });
});

describe("a read that is refused", () => {
  it("is an error for the place that cannot be read; the others are read on", () => {
    const { told, waiter, wait, advance, bring, reads, lists } = lobbyOf();
    for (let n = 0; n < 13; n++) wait(waiter(`${n}`, `q${n}`));
    advance(5);
    bring("end11", "1");
    const refused = invalidConfig("client", "WRONGTYPE");
    reads.pop()?.end.failed(refused);
    expect(lists().slice(-3)).toEqual(["q10:w", "q11:w", "q12:w"]);
    const [first, second, third] = reads.splice(-3);
    first?.end.done(0);
    second?.end.failed(refused);
    third?.end.done(0);
    expect(told).toEqual([`11 ${String(refused)}`]);
    expect(lists().at(-1)).toBe("end11 q10:w q12:w");
  });

  it("is an error for all where none of them is at fault, and it is refused again", () => {
    const { told, waiter, wait, advance, bring, reads } = lobbyOf();
    for (let n = 0; n < 12; n++) wait(waiter(`${n}`, `q${n}`));
    advance(5);
    bring("end11", "1");
    const refused = invalidConfig("client", "NOPERM");
    for (let time = 0; time < 2; time++) {
      expect(told).toEqual([]);
      reads.pop()?.end.failed(refused);
      for (const { end } of reads.splice(-2)) end.done(0);
    }
    expect(told).toEqual(["a connection was closed", `10 ${String(refused)}`, `11 ${String(refused)}`]);
  });
});

describe("readers", () => {
  it("serve any number of queues by fourteen connections, those that begin to wait together by one call", () => {
    const { waiter, wait, advance, connections, lists, names, bring } = lobbyOf();
    for (let n = 0; n < 1_000; n++) wait(waiter(`${n}`, `q${n}`));
    expect(connections()).toBe(14);
    expect(new Set(lists().flatMap((line) => line.split(" ").slice(1))).size).toBe(14);
    advance(0);
    expect(names()).toEqual(["endWait end11 end12 end13 end14"]);
    for (const end of ["end11", "end12", "end13", "end14"]) bring(end, "1");
    expect(new Set(lists().flatMap((line) => line.split(" ").slice(1))).size).toBe(1_000);
    expect(connections()).toBe(14);
  });

  it("of their own stay with a few queues, and become free for others where they are scarce", () => {
    const few = lobbyOf();
    for (let n = 0; n < 5; n++) few.wait(few.waiter(`${n}`, `q${n}`));
    for (let n = 0; n < 5; n++) few.bring(`q${n}:w`, undefined);
    expect(few.lists()).toEqual(["end1 q0:w", "end2 q1:w", "end3 q2:w", "end4 q3:w", "end5 q4:w"]);
    const many = lobbyOf();
    for (let n = 0; n < 10; n++) many.wait(many.waiter(`${n}`, `q${n}`));
    for (let n = 0; n < 10; n++) many.bring(`q${n}:w`, undefined);
    const idle = many.lists().filter((line) => line.startsWith("end11"));
    expect(many.connections()).toBe(11);
    many.advance(5);
    expect(many.names()).toEqual(["endWait end11"]);
    many.bring("end11", "1");
    expect(idle).toEqual(["end11 q0:w"]);
    expect(many.lists().find((line) => line.startsWith("end11"))).toBe("end11 q0:w q1:w q2:w q3:w q4:w");
    many.wait(many.waiter("fresh", "fresh"));
    expect(many.lists().at(-1)).toMatch(/^end\d fresh:w$/);
    expect(many.connections()).toBe(11);
  });

  it("look at those first that were not served last", () => {
    const { waiter, wait, bring, lists, advance } = lobbyOf();
    for (let n = 0; n < 13; n++) wait(waiter(`${n}`, `q${n}`));
    wait(waiter("also", "q10"));
    advance(5);
    bring("end11", "1");
    expect(lists().at(-1)).toBe("end11 q10:w q11:w q12:w");
    bring("q10:w", "1");
    expect(lists().at(-1)).toBe("end11 q11:w q12:w q10:w");
  });

  it("end when the last consumer of a queue leaves, which is told once; not where another came", () => {
    const { lobby, waiter, wait, advance, names } = lobbyOf();
    const [one, two] = [wait(waiter("one")), wait(waiter("two"))];
    lobby.leave(one);
    advance(10);
    expect(names()).toEqual([]);
    lobby.leave(two);
    const three = wait(waiter("three"));
    advance(10);
    expect(names()).toEqual([]);
    lobby.leave(three);
    lobby.leave(three);
    advance(10);
    expect(names()).toEqual(["endWait q end1"]);
  });
});

describe("looks", () => {
  it("come every two seconds, many queues in one, and again after each that was answered or failed", () => {
    const { waiter, wait, advance, names, runs, answer, looked } = lobbyOf();
    for (let n = 0; n < 3; n++) {
      wait(waiter(`${n}`, `q${n}`));
      advance(100);
    }
    advance(1_699);
    expect(names()).toEqual([]);
    advance(1);
    expect(names()).toEqual(["look q0 q1 q2"]);
    advance(10_000);
    expect(names()).toEqual(["look q0 q1 q2"]);
    const { looked: one } = looked("waits");
    answer("look", { nowMs: 0, looked: [...one, ...one, ...one] });
    advance(2_000);
    expect(names()).toEqual(["look q0 q1 q2"]);
    runs.shift()?.end.failed("gone");
    advance(2_000);
    expect(names()).toEqual(["look q0 q1 q2"]);
  });

  it("come a moment after something changes by time, as often as that is told anew", () => {
    const { waiter, wait, advance, names, answer, looked } = lobbyOf();
    wait(waiter("one"), 40);
    advance(40 + GRACE_MS);
    for (const ms of [25, 300, 7]) {
      answer("look", looked("waits", ms));
      advance(ms + GRACE_MS - 1);
      expect(names()).toEqual([]);
      advance(1);
      expect(names()).toEqual(["look q"]);
    }
  });

  it("keep an owner by a third of its lease, and find the end of another's at once", () => {
    const { told, waiter, wait, advance, names, answer, looked } = lobbyOf();
    wait(waiter("owner", "q", { owner: "=owner", leaseMs: 300 }));
    for (let turn = 0; turn < 5; turn++) {
      advance(100);
      expect(names()).toEqual(["look q"]);
      answer("look", looked("waits"));
    }
    const other = lobbyOf();
    other.wait(other.waiter("next", "q", { owner: "=next", leaseMs: 300 }), 250, true);
    expect(other.lists()).toEqual(["end1 q:o"]);
    for (let turn = 0; turn < 5; turn++) {
      other.advance(250);
      other.answer("look", other.looked("stands by", 250));
    }
    other.advance(250);
    other.answer("look", other.looked("ready"));
    expect([told, other.told]).toEqual([[], ["next late"]]);
  });

  it("tell an owner that it is one no more, and it stands by", () => {
    const { waiter, wait, advance, answer, looked, lists, bring, told } = lobbyOf();
    wait(waiter("owner", "q", { owner: "=owner", leaseMs: 300 }));
    advance(100);
    answer("look", looked("stands by", 200));
    expect(lists()).toEqual(["end1 q:w", "end2 q:o"]);
    bring("q:o", "1");
    expect(told).toEqual(["owner woken"]);
  });

  it("leave it to the wake-up who asks, and have one ask where that does not come", () => {
    const { told, waiter, wait, advance, answer, looked } = lobbyOf();
    wait(waiter("one"), 40);
    wait(waiter("two"), 40);
    advance(40 + GRACE_MS);
    answer("look", looked("ready"));
    expect(told).toEqual([]);
    advance(200);
    answer("look", looked("ready"));
    expect(told).toEqual(["one late"]);
    advance(200);
    answer("look", looked("waits"));
    expect(told).toEqual(["one late"]);
  });

  it("are none for one that was woken in vain: it asks as soon as something is due, before all others", () => {
    const { told, waiter, wait, advance, names, bring } = lobbyOf();
    wait(waiter("first"), 40);
    wait(waiter("vain", "q", { inVain: true }), 40);
    wait(waiter("last"), 40);
    advance(39);
    expect(told).toEqual([]);
    advance(1);
    expect(told).toEqual(["vain late"]);
    bring("q:w", "1");
    expect(told).toEqual(["vain late", "first late"]);
    advance(199);
    expect(names()).toEqual([]);
    advance(1);
    expect(names()).toEqual(["look q"]);
  });

  it("are bounded: at most 250 queues in one", () => {
    const { waiter, wait, advance, runs } = lobbyOf();
    for (let n = 0; n < 600; n++) wait(waiter(`${n}`, `q${n}`, { leaseMs: n % 2 === 0 ? 30_000 : 40_000 }));
    advance(0);
    runs.length = 0;
    advance(2_000);
    expect(runs.map(({ keys }) => keys.length)).toEqual([250, 250, 50, 50]);
  });

  it("end where nobody waits", () => {
    const { lobby, scheduler, waiter, wait, advance, names } = lobbyOf();
    const one = wait(waiter("one"));
    lobby.leave(one);
    advance(10);
    expect(names()).toEqual(["endWait q end1"]);
    advance(60_000);
    expect(names()).toEqual(["endWait q end1"]);
    expect(scheduler.actions).toEqual([]);
  });
});
