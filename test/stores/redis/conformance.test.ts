import { Redis } from "ioredis";
import { describe, inject, it } from "vitest";
import { redisStore } from "../../../src/entries/redis.js";
import { conformance } from "../../../src/entries/testing.js";
import { cleanUp, newNamespace } from "./namespace.js";

const url = inject("redisUrl");

conformance(
  "redis",
  () => {
    const namespace = newNamespace();
    const template = new Redis(url, { lazyConnect: true });
    let nowMs = Date.now();
    const open = () => redisStore(template, { namespace, nowMs: () => nowMs });
    const moveClock = (ms: number): void => {
      nowMs += ms;
    };
    return { store: open(), another: open, moveClock, dispose: () => cleanUp(url, namespace) };
  },
  {
    capabilities: {
      durable: true,
      shared: true,
      virtualTime: false,
      hints: true,
      settlesWhenFull: true,
      exactBytes: true,
    },
    runner: { describe, it },
  },
);
