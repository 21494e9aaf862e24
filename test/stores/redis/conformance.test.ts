import { Redis } from "ioredis";
import { describe, inject, it } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { newNamespace } from "./namespace.js";
import { underTest } from "./underTest.js";

const url = inject("redisUrl");

conformance(
  "redis",
  () => underTest({ client: new Redis(url, { lazyConnect: true }), namespace: newNamespace(), url }),
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
