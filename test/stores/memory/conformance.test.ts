import { describe, it } from "vitest";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { conformance } from "../../../src/testing/conformance/conformance.js";

const capabilities = { durable: false, shared: false, hints: true, settlesWhenFull: true, exactBytes: true };

conformance("memory on virtual time", ({ scheduler }) => ({ store: memoryStore({ scheduler }) }), {
  capabilities: { ...capabilities, virtualTime: true },
  runner: { describe, it },
});

conformance("memory on the system's time", () => ({ store: memoryStore() }), {
  capabilities: { ...capabilities, virtualTime: false },
  runner: { describe, it },
});
