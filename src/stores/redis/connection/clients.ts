/**
 * The store's own connections. The user's client is only a template: our commands on it would be bound to its settings (how often
 * it retries, what it prefixes), and a blocking read would stall it.
 */
import { type Cluster, Redis, type RedisOptions } from "ioredis";
import { invalidConfig } from "../../../core/SluiceError.js";
import { mustReconnect } from "./errors.js";
import { checkUrl } from "./url.js";

export type Client = Redis | Cluster;

/** What the store's connections are made after. */
export type Template = Client | RedisOptions;

/** The template that a user gave, or a client for the URL; throws `InvalidConfig`. */
export const templateOf = (given: Template | string): Template => {
  if (typeof given === "string") return new Redis(checkUrl(given), { lazyConnect: true });
  if (typeof given === "object" && given !== null) return given;
  throw invalidConfig(
    "client",
    `client must be a URL like redis://user:password@host:6379/0, a client or cluster of ioredis, or options of one, not ${String(given)}.`,
  );
};

const isCluster = (client: Template): client is Cluster => "isCluster" in client && client.isCluster;
const isRedis = (client: Template): client is Redis => "duplicate" in client && typeof client.duplicate === "function";

/** Whether the user wants calls to fail at once while there is no connection. */
export const failsFast = (template: Template): boolean =>
  (isCluster(template) || isRedis(template) ? template.options : template).enableOfflineQueue === false;

/** A new client to the same place, not connected yet. A clone of a cluster's client begins with the nodes that that one knows. */
export const cloneClient = (template: Template): Client => {
  if (isCluster(template)) {
    const { redisOptions } = template.options;
    const clone = template.duplicate([], {
      ...template.options,
      lazyConnect: true,
      enableOfflineQueue: true,
      enableAutoPipelining: false,
      // Our own probe tells whether the cluster works, and why not.
      enableReadyCheck: false,
      // A call that a node does not do comes back to us: we send it again in order.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      scaleReads: "master",
      keyPrefix: "",
      scripts: undefined,
      // Else a node that the driver connects again would never answer what was sent to it before.
      redisOptions: { ...redisOptions, ...ourOptions(redisOptions ?? {}), autoResendUnfulfilledCommands: true },
    });
    followNodes(clone);
    return clone;
  }
  if (isRedis(template)) return template.duplicate(ourOptions(template.options));
  return new Redis({ ...template, ...ourOptions(template) });
};

/** Where the driver begins whenever it connects. Its documentation allows a program to change that; its types do not have it. */
interface Beginning {
  startupNodes: ReadonlyArray<unknown>;
}

/**
 * The driver begins with the nodes that it was given, whatever it has learnt since, and reaches nobody once these are gone. So
 * each time it has asked for the nodes, it is given those that it knows. Those of the user stay too: their names may lead to
 * other machines by then.
 */
const followNodes = (client: Cluster): void => {
  const beginning = client as unknown as Beginning;
  const given = beginning.startupNodes;
  client.on("refresh", () => {
    const known = client.nodes("all").map(({ options: { host, port } }) => ({ host, port }));
    beginning.startupNodes = [...known, ...given];
  });
};

type OurOptions = RedisOptions & { replyMapping: "legacy" };

const ourOptions = (given: RedisOptions): OurOptions => ({
  lazyConnect: true,
  // A call rides out a lost connection as long as the store's `commandMsMax` allows, however many tries that takes.
  maxRetriesPerRequest: null,
  // `Connection` sends again what was not answered: it knows which calls were given up meanwhile.
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: true,
  socketTimeout: undefined,
  commandTimeout: undefined,
  blockingTimeout: undefined,
  // Where the socket was closed before, this timer runs out in full, and would keep the process.
  disconnectTimeout: 100,
  enableAutoPipelining: false,
  keyPrefix: "",
  readOnly: false,
  monitor: false,
  stringNumbers: false,
  replyMapping: "legacy",
  scripts: undefined,
  // `Connection` leaves a read-only server by itself, with growing pauses. Never 2, which is "send it again": we do that ourselves.
  reconnectOnError: (cause) => !mustReconnect(cause) && Boolean(given.reconnectOnError?.(cause)),
});

/** Ends a connection at once: a socket that is half open, or being opened, would else keep the process for seconds. */
export const disconnect = (client: Client): void => {
  const nodes = client.isCluster ? (client as Cluster).nodes("all") : [client as Redis];
  client.disconnect();
  // Before its first connection a client has no stream, whatever its type says.
  for (const { stream } of nodes) (stream as Redis["stream"] | undefined)?.destroy();
};

/** Calls back when a cluster turns out to serve no slot at all: the driver then connects again and again without an error. */
export const onNoSlots = (client: Client, told: () => void): void => {
  if (!client.isCluster) return;
  const cluster = client as Cluster;
  cluster.on("refresh", () => {
    if (!cluster.slots.some((nodes) => nodes.length > 0)) told();
  });
};

/** Makes a cluster look up where its slots are. */
export const refreshSlots = (client: Client): void => {
  if (client.isCluster) (client as Cluster).refreshSlotsCache();
};
