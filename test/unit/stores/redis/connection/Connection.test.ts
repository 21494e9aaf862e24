/** When calls are given up, on virtual time and without a server. */
import { EventEmitter } from "node:events";
import { type SchedulerAction, type Subscription, VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { Connection } from "../../../../../src/stores/redis/connection/Connection.js";
import type { Client } from "../../../../../src/stores/redis/connection/clients.js";

/** A client that never gets through to its server. */
const unconnected = (): Client =>
  Object.assign(new EventEmitter(), { status: "connecting", disconnect: () => undefined }) as unknown as Client;

class Clock extends VirtualTimeScheduler {
  scheduled = 0;

  override schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
    this.scheduled += 1;
    return super.schedule(work, delay, state);
  }

  at(ms: number): void {
    this.maxFrames = ms;
    this.flush();
    this.frame = ms;
  }
}

const rig = () => {
  const clock = new Clock();
  const connection = new Connection({
    client: unconnected(),
    scheduler: clock,
    commandMsMax: 1_000,
    silenceMsMax: 500,
  });
  const ends: Array<string> = [];
  return {
    clock,
    connection,
    ends,
    call: (name: string, extraMs = 0) =>
      connection.command("ping", [], {
        done: () => ends.push(`${clock.now()} ${name}: done`),
        failed: (cause) => ends.push(`${clock.now()} ${name}: ${(cause as { readonly _tag: string })._tag}`),
        extraMs,
      }),
  };
};

describe("a call that is not answered", () => {
  it("fails when its own time is over, also behind one that has far longer", () => {
    const { clock, ends, call } = rig();
    call("long", 60_000);
    clock.at(10);
    call("short");
    clock.at(500);
    call("later");
    clock.at(100_000);
    expect(ends).toEqual([
      "1010 short: StoreUnavailable",
      "1500 later: StoreUnavailable",
      "61000 long: StoreUnavailable",
    ]);
  });

  it("may be made again by whoever is told that it failed", () => {
    const { clock, connection, ends, call } = rig();
    const again = (): void => void connection.command("ping", [], { done: again, failed: () => call("again") });
    again();
    call("long", 60_000);
    clock.at(100_000);
    expect(ends).toEqual(["2000 again: StoreUnavailable", "61000 long: StoreUnavailable"]);
  });

  it("takes no timer of its own where those before it are over first", () => {
    const { clock, ends, call } = rig();
    for (let n = 0; n < 1_000; n++) {
      clock.at(n / 10);
      call("one of many");
    }
    expect(clock.scheduled).toBe(1);
    clock.at(10_000);
    expect(ends).toHaveLength(1_000);
    expect(ends.at(-1)).toBe("1100 one of many: StoreUnavailable");
  });
});

/** A client that is connected, whose server answers when the test says so. */
class Server extends EventEmitter {
  status = "wait";
  readonly isCluster = true;
  readonly slots = [];
  refreshed = 0;
  readonly asked: Array<{
    readonly text: string;
    readonly resolve: (v: unknown) => void;
    readonly reject: (e: Error) => void;
  }> = [];

  nodes(): ReadonlyArray<never> {
    return [];
  }
  refreshSlotsCache(): void {
    this.refreshed += 1;
  }
  disconnect(): void {
    this.emit("close");
  }
  connect(): Promise<void> {
    return Promise.resolve();
  }
  sendCommand({ args }: { readonly args: ReadonlyArray<string> }): Promise<unknown> {
    return new Promise((resolve, reject) => this.asked.push({ text: args.join(), resolve, reject }));
  }
  up(): void {
    this.status = "ready";
    this.emit("ready");
  }
  lose(): void {
    this.status = "close";
    this.emit("close");
    this.asked.length = 0;
  }
  /** Answers the first that is asked: by its own text, or by this error. */
  answer(error?: string): void {
    const first = this.asked.shift();
    if (error === undefined) first?.resolve(first.text);
    else first?.reject(Object.assign(new Error(error), { name: "ReplyError" }));
  }
  get texts(): string {
    return this.asked.map(({ text }) => text).join("");
  }
}

const connected = (probe?: "probes") => {
  const clock = new Clock();
  const server = new Server();
  const told: Array<string> = [];
  const script = { name: "probe" as const, encode: () => ({ keys: [], args: [] }), decode: () => undefined };
  const connection = new Connection({
    client: server as unknown as Client,
    scheduler: clock,
    commandMsMax: 10_000,
    silenceMsMax: 5_000,
    onUp: () => told.push("up"),
    onDown: (cause) => told.push(`down: ${(cause as Error).message}`),
    ...(probe === undefined ? {} : { probe: { script, input: { scratch: "", commands: [] } } }),
  });
  const ends: Array<string> = [];
  const call = (name: string) =>
    connection.command("echo", [name], {
      done: (reply) => ends.push(String(reply)),
      failed: (cause) => ends.push(`${name}: ${(cause as { readonly _tag: string })._tag}`),
    });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { clock, server, connection, told, ends, call, turn };
};

describe("calls that are refused for the moment", () => {
  it("are sent again in their former order, before those made meanwhile, once all that was sent is back", async () => {
    const { clock, server, ends, call, turn } = connected();
    server.up();
    for (const name of ["a", "b", "c"]) call(name);
    server.answer("TRYAGAIN Multiple keys request during rehashing of slot");
    await turn();
    call("d");
    clock.at(100);
    expect(server.texts).toBe("bc");
    server.answer("ERR Script attempted to access a non local key in a cluster node script: 1234");
    server.answer();
    await turn();
    clock.at(200);
    expect([server.texts, ends.join("")]).toEqual(["abd", "c"]);
    expect(server.refreshed).toBeGreaterThan(0);
    for (let i = 0; i < 3; i++) server.answer();
    await turn();
    expect(ends.join("")).toBe("cabd");
  });

  it("wait longer each time, and no longer than before once one has passed", async () => {
    const { clock, server, call, turn } = connected();
    server.up();
    call("a");
    const times: Array<number> = [];
    for (let n = 0; n < 7; n++) {
      const sinceMs = clock.now();
      server.answer("BUSY Redis is busy running a script.");
      await turn();
      while (server.asked.length === 0) clock.at(clock.now() + 10);
      times.push(clock.now() - sinceMs);
    }
    expect(times).toEqual([50, 100, 200, 400, 800, 1_600, 2_000]);
    server.answer();
    await turn();
    call("b");
    server.answer("BUSY Redis is busy running a script.");
    await turn();
    clock.at(clock.now() + 50);
    expect(server.texts).toBe("b");
  });

  it("are told as one outage where the server takes no changes, which ends when one passes", async () => {
    const { clock, server, ends, told, call, turn } = connected("probes");
    server.up();
    server.answer();
    await turn();
    call("a");
    server.answer("READONLY You can't write against a read only replica.");
    await turn();
    for (let n = 0; n < 3; n++) {
      clock.at(clock.now() + 2_000);
      expect(server.asked).toHaveLength(1);
      server.answer("READONLY You can't write against a read only replica.");
      await turn();
    }
    expect(told).toEqual(["up", "down: READONLY You can't write against a read only replica."]);
    clock.at(clock.now() + 2_000);
    server.answer();
    await turn();
    expect(server.texts).toBe("a");
    server.answer();
    await turn();
    expect([ends, told.length]).toEqual([["a"], 3]);
  });

  it("are sent again at once, in order, where the server has only forgotten its scripts", async () => {
    const { server, ends, call, turn } = connected();
    server.up();
    call("a");
    call("b");
    server.answer("NOSCRIPT No matching script.");
    server.answer("NOSCRIPT No matching script.");
    await turn();
    expect(server.texts).toBe("ab");
    server.answer();
    server.answer();
    await turn();
    expect(ends).toEqual(["a", "b"]);
  });
});

describe("calls whose connection is lost", () => {
  it("are sent again on the next one, in order, without those that were given up", async () => {
    const { server, ends, told, call, turn } = connected();
    const early = call("x");
    server.up();
    const given = [call("a"), call("b"), call("c")][1];
    expect(early.sent).toBe(true);
    given?.abandon();
    server.lose();
    call("d");
    server.up();
    expect(server.texts).toBe("xacd");
    for (let i = 0; i < 4; i++) server.answer();
    await turn();
    expect([ends.join(""), told]).toEqual(["xacd", ["up", "down: the connection was closed", "up"]]);
  });

  it("hear nothing of what a former connection says late", async () => {
    const { server, ends, call, turn } = connected();
    server.up();
    call("a");
    const [late] = server.asked;
    server.lose();
    late?.reject(new Error("Connection is closed."));
    await turn();
    server.up();
    expect(server.texts).toBe("a");
    server.answer();
    await turn();
    expect(ends).toEqual(["a"]);
  });
});

it("what gathers leaves before the next call, once", () => {
  const { server, connection, call } = connected();
  server.up();
  connection.beforeNext(() => void call("gathered"));
  call("a");
  call("b");
  expect(server.texts).toBe("gatheredab");
});

it("a closed connection tells all at once, and sets no timer for what is called behind it", async () => {
  const { clock, server, connection, ends, call, turn } = connected();
  server.up();
  call("a");
  connection.close();
  call("b");
  await turn();
  expect(ends).toEqual(["a: StoreUnavailable", "b: StoreUnavailable"]);
  expect(clock.actions).toHaveLength(0);
});
