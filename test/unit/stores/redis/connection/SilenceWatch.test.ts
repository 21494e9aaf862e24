/** When a socket is taken for dead, on virtual time and without a server. */
import { EventEmitter } from "node:events";
import { VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Client } from "../../../../../src/stores/redis/connection/clients.js";
import { SilenceWatch } from "../../../../../src/stores/redis/connection/SilenceWatch.js";

const rig = (status: string) => {
  const clock = new VirtualTimeScheduler();
  const destroyedAt: Array<number> = [];
  const handle = { bytesWritten: 0, writeQueueSize: 0 };
  const stream = { destroy: () => destroyedAt.push(clock.now()), bytesRead: 0, _handle: handle };
  const client = Object.assign(new EventEmitter(), { status, stream, options: { maxLoadingRetryTime: 50 } });
  const watch = new SilenceWatch(client as unknown as Client, clock, 100);
  return {
    clock,
    client,
    watch,
    read: (): void => {
      stream.bytesRead += 1;
    },
    /** So many bytes are handed to the socket, of which so many wait in it from then on. */
    write: (bytes: number, waiting: number): void => {
      handle.bytesWritten += bytes;
      handle.writeQueueSize = waiting;
    },
    at: (ms: number, act: () => void): void => void clock.schedule(act, ms),
    run: () => {
      clock.flush();
      return destroyedAt;
    },
  };
};

describe("a socket", () => {
  it("is destroyed once nothing was read for as long as it may be silent", () => {
    const { watch, at, run } = rig("ready");
    at(10, () => watch.sent());
    at(50, () => watch.sent());
    expect(run()).toEqual([135]);
  });

  it("lives while something is read in time, and while nothing is due", () => {
    const { watch, read, at, run, clock } = rig("ready");
    at(10, () => watch.sent());
    at(20, () => watch.sent());
    at(100, () => {
      read();
      watch.heard();
    });
    at(190, () => {
      read();
      watch.heard();
    });
    at(5_000, () => watch.sent());
    at(5_090, () => watch.heard());
    expect(run()).toEqual([]);
    expect(clock.actions).toHaveLength(0);
  });

  it("counts its silence from what was read last, not from the call", () => {
    const { watch, read, at, run } = rig("ready");
    at(0, () => watch.sent());
    at(95, read);
    expect(run()).toEqual([200]);
  });

  it("counts its silence from the next call where nothing was due for long", () => {
    const { watch, at, run } = rig("ready");
    at(0, () => watch.sent());
    at(90, () => watch.heard());
    at(1_000, () => watch.sent());
    expect(run()).toEqual([1_100]);
  });

  it("lives as long as a large reply keeps coming, however long that takes", () => {
    const { watch, read, at, run } = rig("ready");
    at(0, () => watch.sent());
    for (let ms = 60; ms <= 900; ms += 60) at(ms, read);
    expect(run()).toEqual([1_000]);
  });

  it("counts anew on each connection, and not while there is none", () => {
    const { watch, at, run, client } = rig("ready");
    at(0, () => watch.sent());
    at(40, () => {
      client.status = "reconnecting";
    });
    at(450, () => {
      client.status = "ready";
      client.emit("ready");
    });
    expect(run()).toEqual([550]);
  });

  it("that is connected but never says a word is destroyed like any other", () => {
    const { at, run, client } = rig("connecting");
    at(30, () => {
      client.status = "connect";
      client.emit("connect");
    });
    expect(run()).toEqual([155]);
  });

  it("that has answered but never becomes ready is destroyed later, as its server may be loading", () => {
    const { at, run, client, read } = rig("connecting");
    at(30, () => {
      client.status = "connect";
      client.emit("connect");
    });
    at(40, read);
    expect(run()).toEqual([205]);
  });

  it("lives as long as an upload leaves it, however long that takes", () => {
    const { watch, write, at, run } = rig("ready");
    at(0, () => {
      watch.sent();
      write(10_000, 10_000);
    });
    for (let ms = 60; ms <= 900; ms += 60) at(ms, () => write(0, 10_000 - ms));
    expect(run()).toEqual([1_000]);
  });

  it("is not kept by small writes, which the kernel takes on a dead line too", () => {
    const { watch, write, at, run } = rig("ready");
    at(10, () => watch.sent());
    for (let ms = 20; ms <= 400; ms += 10) at(ms, () => write(100, 0));
    expect(run()).toEqual([135]);
  });

  it("has more time for what it has taken and not answered, by its bytes", () => {
    const { watch, at, run } = rig("ready");
    at(10, () => watch.sent(512 * 50));
    expect(run()).toEqual([185]);
  });

  it("allows calls more time as long as an upload moves, and what a slow link takes for what is not answered", () => {
    const { watch, write, at, run, clock } = rig("ready");
    const told: Array<readonly [number, number]> = [];
    at(0, () => {
      watch.sent(512 * 7);
      write(10_000, 10_000);
    });
    for (let ms = 20; ms <= 100; ms += 20) at(ms, () => write(0, 10_000 - ms));
    for (const ms of [10, 60, 120, 170]) at(ms, () => told.push([clock.now(), watch.uploadMs]));
    at(171, () => watch.heard(512 * 7));
    at(172, () => told.push([clock.now(), watch.uploadMs]));
    run();
    expect(told).toEqual([
      [10, 7],
      [60, Number.POSITIVE_INFINITY],
      [120, Number.POSITIVE_INFINITY],
      [170, 7],
      [172, 0],
    ]);
  });

  it("is left alone once the watch is over", () => {
    const { watch, at, run } = rig("ready");
    at(0, () => watch.sent());
    at(50, () => watch.stop());
    expect(run()).toEqual([]);
  });
});
