/** The routes of routes.json, checked. */
import { readFileSync } from "node:fs";
import { isLeft } from "fp-ts/lib/Either.js";
import { parseRoutes, type Routes } from "sluice/hub";

/** BILLING is not among them: the hub of this program knows no such destination. */
const destinations = ["AUDIT", "CHAT", "SEARCH", "PARTNER", "BILLING"] as const;

export const readRoutes = (): Routes => {
  const json: unknown = JSON.parse(readFileSync(new URL("routes.json", import.meta.url), "utf8"));
  const routes = parseRoutes(json, destinations);
  // Every fault of it, each with its path.
  if (isLeft(routes)) throw new Error(`routes.json is refused:\n${routes.left.join("\n")}`);
  return routes.right;
};
