/** The store of one process. */
import type { Store } from "sluice";
import { redisStore } from "sluice/redis";

export interface Place {
  readonly url: string;
  readonly namespace: string;
}

export const openStore = ({ url, namespace }: Place): Store => redisStore(url, { namespace });
