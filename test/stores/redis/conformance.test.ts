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
    const open = () => redisStore(template, { namespace });
    return { store: open(), another: open, dispose: () => cleanUp(url, namespace) };
  },
  { durable: true, shared: true, virtualTime: false, hints: true, settlesWhenFull: true },
  { describe, it },
);
