/**
 * Connections of our own. The user's client is only a template: a command of ours on it would be bound to its settings (how
 * often it retries, what it prefixes), and a blocking read would stall it.
 */
import { type Cluster, Redis, type RedisOptions } from "ioredis";
import { invalidConfig } from "../../../core/SluiceError.js";
import { mustReconnect } from "./errors.js";
import { checkUrl } from "./url.js";

export type Client = Redis | Cluster;

/** What our connections are made after. */
export type Template = Client | RedisOptions;

/** The template that a user gave, a URL read, or `InvalidConfig`. */
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

/** A new client to the same place, not connected yet. The clone of a clone begins with the nodes of the cluster that this one knows. */
export const cloneClient = (template: Template): Client => {
  if (isCluster(template)) {
    const { redisOptions } = template.options;
    const clone = template.duplicate([], {
      ...template.options,
      lazyConnect: true,
      enableOfflineQueue: true,
      enableAutoPipelining: false,
      // Whether the cluster works is what our own probe tells, with its reason.
      enableReadyCheck: false,
      // What a node does not do comes back to us, who send it again in order.
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      scaleReads: "master",
      keyPrefix: "",
      scripts: undefined,
      // A node that its driver connects again would else keep what it was sent without an answer, for ever.
      redisOptions: { ...redisOptions, ...ourOptions(redisOptions ?? {}), autoResendUnfulfilledCommands: true },
    });
    followNodes(clone);
    return clone;
  }
  if (isRedis(template)) return template.duplicate(ourOptions(template.options));
  return new Redis({ ...template, ...ourOptions(template) });
};

/** Where the driver begins, whenever it connects; it says that a program may change that, its types do not. */
interface Beginning {
  startupNodes: ReadonlyArray<unknown>;
}

/**
 * The driver begins with the nodes that it was given, whatever it has learnt since: once these are gone it reaches nobody. So
 * it is given the nodes that it knows, whenever it has asked for them. Those of the user stay, behind names that may lead elsewhere.
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
  // What was sent and not answered is sent again by `Connection`, which knows what was given up meanwhile.
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: true,
  socketTimeout: undefined,
  commandTimeout: undefined,
  blockingTimeout: undefined,
  // Its timer runs out in full where the socket was closed before, and would keep the process.
  disconnectTimeout: 100,
  enableAutoPipelining: false,
  keyPrefix: "",
  readOnly: false,
  monitor: false,
  stringNumbers: false,
  replyMapping: "legacy",
  scripts: undefined,
  // From a read-only server `Connection` goes away by itself, with growing pauses. Never 2, "send it again": so do we.
  reconnectOnError: (cause) => !mustReconnect(cause) && Boolean(given.reconnectOnError?.(cause)),
});

/** Ends a connection at once: a half-open socket, or one that is being opened, would keep the process for seconds. */
export const disconnect = (client: Client): void => {
  const nodes = client.isCluster ? (client as Cluster).nodes("all") : [client as Redis];
  client.disconnect();
  // Before its first connection a client has no stream, whatever its type says.
  for (const { stream } of nodes) (stream as Redis["stream"] | undefined)?.destroy();
};

/** Calls back whenever a cluster turns out to serve no slot at all: its driver then connects again, for ever, without a word. */
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
