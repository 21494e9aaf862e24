/** The store of one process. */
import { Redis } from "ioredis";
import type { Store } from "sluice";
import { redisStore } from "sluice/redis";

export interface Place {
  readonly url: string;
  readonly namespace: string;
}

// The client is a template: the store opens connections of its own with its settings, so it need not connect itself.
export const openStore = ({ url, namespace }: Place): Store =>
  redisStore(new Redis(url, { lazyConnect: true }), { namespace });
