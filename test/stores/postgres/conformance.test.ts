import { describe, it } from "vitest";
import { conformance } from "../../../src/entries/testing.js";
import { sharedPool, sharedSchemas } from "./shared.js";
import { capabilities, underTest } from "./underTest.js";

conformance("postgres", () => underTest({ client: sharedPool, schemas: sharedSchemas }), {
  capabilities,
  runner: { describe, it },
});
