/** The store of one process. */

import type { Store } from "sluice";
import { redisStore } from "sluice/redis";
import type { Logger } from "sluice/store";

export interface Place {
  readonly url: string;
  readonly namespace: string;
}

export const openStore = ({ url, namespace }: Place, logger?: Logger): Store => redisStore(url, { namespace, logger });
