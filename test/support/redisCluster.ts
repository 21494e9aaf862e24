/** A real Redis cluster of several masters, whose slots can be moved while it is used. */
import { Redis } from "ioredis";
import { type RedisServer, startRedisServer } from "./redisServer.js";

export interface RedisCluster {
  readonly nodes: ReadonlyArray<RedisServer>;
  /** Which node serves the slot of this key. */
  readonly ownerOf: (key: string) => Promise<number>;
  /**
   * Moves the slot of a key to another node as `redis-cli --cluster reshard` does: key by key, while both nodes serve it.
   * Answers how many keys went.
   */
  readonly moveSlotOf: (key: string, to: number, options?: MoveOptions) => Promise<number>;
  readonly stop: () => Promise<void>;
}

interface MoveOptions {
  /** Milliseconds between two portions of keys. Default 0. */
  readonly pauseMs?: number;
  /** Keys of a portion. Default 1. */
  readonly portion?: number;
}

const SLOTS = 16_384;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts so many masters; each owns the same share of the slots. */
export const startRedisCluster = async (count: number): Promise<RedisCluster> => {
  const nodes: Array<RedisServer> = [];
  const admins: Array<Redis> = [];
  const stop = async (): Promise<void> => {
    for (const admin of admins) admin.disconnect();
    await Promise.all(nodes.map((node) => node.stop()));
  };
  const call = (at: number, ...[command, ...args]: [string, ...ReadonlyArray<string | number>]): Promise<unknown> =>
    admins[at]!.call(command, ...args.map(String));
  const idOf = async (at: number): Promise<string> => String(await call(at, "CLUSTER", "MYID"));
  const slotOf = async (key: string): Promise<number> => Number(await call(0, "CLUSTER", "KEYSLOT", key));

  const begin = async (): Promise<void> => {
    for (let at = 0; at < count; at++) {
      // A node that never met another one does not know its own address, which a client needs.
      const node = await startRedisServer({ cluster: "no slots", args: ["--cluster-announce-ip", "127.0.0.1"] });
      nodes.push(node);
      admins.push(new Redis(node.url));
      const from = Math.ceil((SLOTS / count) * at);
      await call(at, "CLUSTER", "ADDSLOTSRANGE", from, Math.ceil((SLOTS / count) * (at + 1)) - 1);
      // Two nodes of one epoch would quarrel about who has which slot.
      await call(at, "CLUSTER", "SET-CONFIG-EPOCH", at + 1);
      if (at > 0) await call(at, "CLUSTER", "MEET", nodes[0]!.host, nodes[0]!.port);
    }
    for (let at = 0; at < count; at++) while (!(await isWhole(at))) await sleep(20);
  };
  const isWhole = async (at: number): Promise<boolean> => {
    const info = String(await call(at, "CLUSTER", "INFO"));
    return info.includes("cluster_state:ok") && info.includes(`cluster_known_nodes:${count}`);
  };

  const ownerOf = async (key: string): Promise<number> => {
    const slot = await slotOf(key);
    const ranges = (await call(0, "CLUSTER", "SLOTS")) as ReadonlyArray<[number, number, [string, number]]>;
    const port = ranges.find(([from, to]) => from <= slot && slot <= to)?.[2][1];
    return nodes.findIndex((node) => node.port === port);
  };

  const moveSlotOf: RedisCluster["moveSlotOf"] = async (key, to, { pauseMs = 0, portion = 1 } = {}) => {
    const slot = await slotOf(key);
    const from = await ownerOf(key);
    const { host, port } = nodes[to]!;
    await call(to, "CLUSTER", "SETSLOT", slot, "IMPORTING", await idOf(from));
    await call(from, "CLUSTER", "SETSLOT", slot, "MIGRATING", await idOf(to));
    let moved = 0;
    for (;;) {
      const keys = (await call(from, "CLUSTER", "GETKEYSINSLOT", slot, portion)) as ReadonlyArray<string>;
      if (keys.length === 0) break;
      await call(from, "MIGRATE", host, port, "", 0, 5_000, "KEYS", ...keys);
      moved += keys.length;
      await sleep(pauseMs);
    }
    // The new owner first: else there would be a time at which nobody has it.
    for (const at of [to, from]) await call(at, "CLUSTER", "SETSLOT", slot, "NODE", await idOf(to));
    return moved;
  };

  try {
    await begin();
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, ownerOf, moveSlotOf, stop };
};
