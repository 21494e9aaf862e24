/** A Redis store as the conformance suite gets it. */
import type { Store } from "../../../src/port/Store.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import type { StoreUnderTest } from "../../../src/testing/conformance/ConformanceCase.js";
import { cleanUp } from "./namespace.js";

export interface UnderTestOptions {
  readonly client: Parameters<typeof redisStore>[0];
  readonly namespace: string;
  /** A URL by which the namespace is removed. */
  readonly url: string;
}

/** A store of one case, whose clock the suite moves: by the server's clock, cases about a few milliseconds fail on a busy machine. */
export const underTest = ({ client, namespace, url }: UnderTestOptions): StoreUnderTest => {
  let nowMs = Date.now();
  const open = (): Store => redisStore(client, { namespace, nowMs: () => nowMs });
  const moveClock = (ms: number): void => {
    nowMs += ms;
  };
  return { store: open(), another: open, moveClock, dispose: () => cleanUp(url, namespace) };
};
