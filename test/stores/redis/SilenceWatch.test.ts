/** When a socket is taken for dead, on virtual time and without a server. */
import { EventEmitter } from "node:events";
import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Client } from "../../../src/stores/redis/clients.js";
import { SilenceWatch } from "../../../src/stores/redis/SilenceWatch.js";

const rig = (status: string) => {
  const clock = new VirtualTimeScheduler();
  const destroyedAt: Array<number> = [];
  const stream = { destroy: () => destroyedAt.push(clock.now()) };
  const client = Object.assign(new EventEmitter(), { status, stream });
  const watch = new SilenceWatch(client as unknown as Client, clock, 100);
  return {
    clock,
    client,
    watch,
    destroyedAt,
    at: (ms: number, act: () => void): void => void clock.schedule(act, ms),
    run: () => {
      clock.flush();
      return destroyedAt;
    },
  };
};

describe("a socket", () => {
  it("is destroyed once no reply came for as long as it may be silent", () => {
    const { watch, at, run } = rig("ready");
    at(10, () => watch.sent());
    at(50, () => watch.sent());
    expect(run()).toEqual([210]);
  });

  it("lives as long as it answers something in time, and while nothing is due", () => {
    const { watch, at, run, clock } = rig("ready");
    at(10, () => watch.sent());
    at(20, () => watch.sent());
    at(100, () => watch.heard());
    at(190, () => watch.heard());
    at(5_000, () => watch.sent());
    at(5_099, () => watch.heard());
    expect(run()).toEqual([]);
    expect(clock.actions).toHaveLength(0);
  });

  it("counts its silence from the last reply, not from the call", () => {
    const { watch, at, run } = rig("ready");
    at(0, () => watch.sent());
    at(90, () => watch.sent());
    at(95, () => watch.heard());
    expect(run()).toEqual([295]);
  });

  it("is given a moment more, in which what came while the process was busy is read", () => {
    const { watch, at, run } = rig("ready");
    at(0, () => watch.sent());
    at(0, () => watch.sent());
    at(150, () => watch.heard());
    expect(run()).toEqual([350]);
  });

  it("counts anew on each connection, and not while there is none", () => {
    const { watch, at, run, client } = rig("ready");
    at(0, () => watch.sent());
    at(50, () => {
      client.status = "reconnecting";
    });
    at(450, () => {
      client.status = "ready";
      client.emit("ready");
    });
    expect(run()).toEqual([650]);
  });

  it("that is connected but never becomes ready is destroyed too", () => {
    const { at, run, client } = rig("connecting");
    at(30, () => {
      client.status = "connect";
      client.emit("connect");
    });
    expect(run()).toEqual([230]);
  });

  it("is left alone once the watch is over", () => {
    const { watch, at, run } = rig("ready");
    at(0, () => watch.sent());
    at(50, () => watch.stop());
    expect(run()).toEqual([]);
  });
});
