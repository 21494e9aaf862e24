/** The queue store of a broker, on each store. */
import { Redis } from "ioredis";
import { queueStore } from "sluice/broker";
import { memoryStore } from "sluice/memory";
import { queueStoreConformance } from "sluice/testing";
import { describe, inject, it } from "vitest";
import { sharedPool, sharedSchemas } from "./postgres/shared.js";
import { capabilities, underTest as postgresUnderTest } from "./postgres/underTest.js";
import { newNamespace } from "./redis/namespace.js";
import { underTest } from "./redis/underTest.js";

const runner = { describe, it };
const common = { hints: true, settlesWhenFull: true, exactBytes: true };

queueStoreConformance("memory on virtual time", queueStore, {
  factory: ({ scheduler }) => ({ store: memoryStore({ scheduler }) }),
  capabilities: { ...common, durable: false, shared: false, virtualTime: true },
  runner,
});

const url = inject("redisUrl");
queueStoreConformance("redis", queueStore, {
  factory: () => underTest({ client: new Redis(url, { lazyConnect: true }), namespace: newNamespace(), url }),
  capabilities: { ...common, durable: true, shared: true, virtualTime: false },
  runner,
});

queueStoreConformance("postgres", queueStore, {
  factory: () => postgresUnderTest({ client: sharedPool, schemas: sharedSchemas }),
  capabilities,
  runner,
});
