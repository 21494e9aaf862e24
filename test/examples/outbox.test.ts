import { expect, it } from "vitest";
import { postgresUrl } from "../support/postgresUrl.js";
import { runExample } from "./runExample.js";

const said = [
  "10 orders placed, 3 failed: 7 messages",
  "orders:  o-1 o-2 o-3 o-4 o-5 o-6 o-7",
  "parcels: o-1 o-2 o-3 o-4 o-5 o-6 o-7 (1 failed first)",
  "every order is there with its message and its parcel, or nothing of it",
];

it("outbox commits orders with their messages, in PGlite", { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await runExample("outbox/main.ts");
  expect([stdout.trim().split("\n"), stderr, code]).toEqual([said, "", 0]);
});

it("outbox does so on a server, where a connection is killed", { timeout: 120_000 }, async () => {
  const { code, stdout, stderr } = await runExample("outbox/main.ts", ["--postgres", await postgresUrl()]);
  expect([stdout.trim().split("\n"), stderr, code]).toEqual([said, "", 0]);
});
