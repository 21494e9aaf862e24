/**
 * Connections of our own. The user's client is only a template: a command of ours on it would be bound to its settings (how
 * often it retries, what it prefixes), and a blocking read would stall it.
 */
import { type Cluster, Redis, type RedisOptions } from "ioredis";
import { invalidConfig } from "../../core/SluiceError.js";
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

/**
 * A new client to the same place, not connected yet. `silenceMsMax`: for the nodes of a cluster, see `SilenceWatch`. The clone
 * of a clone begins with the nodes of the cluster that this one knows.
 */
export const cloneClient = (template: Template, silenceMsMax: number): Client => {
  if (isCluster(template)) {
    const { redisOptions } = template.options;
    const clone = template.duplicate([], {
      ...template.options,
      lazyConnect: true,
      enableOfflineQueue: true,
      enableAutoPipelining: false,
      scaleReads: "master",
      keyPrefix: "",
      scripts: undefined,
      redisOptions: { ...redisOptions, ...ourOptions(redisOptions ?? {}), socketTimeout: silenceMsMax },
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
  // What was sent and not answered is sent again: every call of ours may be repeated.
  autoResendUnfulfilledCommands: true,
  enableOfflineQueue: true,
  socketTimeout: undefined,
  commandTimeout: undefined,
  blockingTimeout: undefined,
  enableAutoPipelining: false,
  keyPrefix: "",
  readOnly: false,
  monitor: false,
  stringNumbers: false,
  replyMapping: "legacy",
  scripts: undefined,
  reconnectOnError: (cause) => mustReconnect(cause) || (given.reconnectOnError?.(cause) ?? false),
});
