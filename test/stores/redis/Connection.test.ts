/** When calls are given up, on virtual time and without a server. */
import { EventEmitter } from "node:events";
import { type SchedulerAction, type Subscription, VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { Connection } from "../../../src/stores/redis/Connection.js";
import type { Client } from "../../../src/stores/redis/clients.js";

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
      connection.command(
        "ping",
        [],
        {
          done: () => ends.push(`${clock.now()} ${name}: done`),
          failed: (cause) => ends.push(`${clock.now()} ${name}: ${(cause as { readonly _tag: string })._tag}`),
        },
        extraMs,
      ),
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
