/** Routes to destinations that this program does not have. */
import { shown } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";
import type { Parts } from "./definition.js";
import type { Routes } from "./routes/Routes.js";

const lackingIn = ({ config }: Routes, { destinations }: Pick<Parts, "destinations">): ReadonlyArray<string> => [
  ...new Set(config.routes.map(({ destination }) => destination).filter((one) => !destinations.has(one))),
];

/** `InvalidConfig` where the program lacks one, and is strict. */
export const refuseLacking = (routes: Routes, parts: Pick<Parts, "strict" | "destinations">): void => {
  const lacking = parts.strict ? lackingIn(routes, parts) : [];
  if (lacking.length > 0)
    throw invalidConfig(
      "routes",
      `The routes name destinations that the hub does not have: ${lacking.map(shown).join(", ")}. Add them to destinations, or give the routes others.`,
    );
};

/** Where the program lacks one, people hear of it. */
export const tellLacking = (routes: Routes, parts: Pick<Parts, "destinations" | "sink">): void => {
  const destinations = lackingIn(routes, parts);
  if (destinations.length > 0) parts.sink.tell({ _tag: "Lacks", destinations });
};
