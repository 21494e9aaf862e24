/** The store of a process that is told where it is. */
import { postgresStore } from "sluice/postgres";
import { redisStore } from "sluice/redis";
import type { Store } from "sluice/store";

/** Where processes find one store: its server, and its namespace or schema. */
export interface Place {
  readonly url: string;
  readonly name: string;
}

export const storeAt = ({ url, name }: Place): Store =>
  url.startsWith("postgres") ? postgresStore(url, { schema: name }) : redisStore(url, { namespace: name });
