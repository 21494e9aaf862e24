/** A delivery route as a user has it: its events are told apart by `event`, its commands by `do`, its refusals by `_tag`. */
import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import type { Decider } from "../../src/sourcing/Decider.js";

export const RouteEvent = t.union([
  t.type({ event: t.literal("RouteCreated"), driver: t.string }),
  t.type({ event: t.literal("PackageAssigned"), packageId: t.string }),
  t.type({ event: t.literal("PackageDelivered"), packageId: t.string, atMs: t.number }),
]);
export type RouteEvent = t.TypeOf<typeof RouteEvent>;

export type RouteCommand =
  | { readonly do: "CreateRoute"; readonly driver: string }
  | { readonly do: "AssignPackages"; readonly count: number }
  | { readonly do: "Deliver"; readonly packageId: string; readonly atMs: number };

export const Route = t.type({
  driver: t.union([t.string, t.null]),
  open: t.readonlyArray(t.string),
  delivered: t.number,
});
export type Route = t.TypeOf<typeof Route>;

export interface RouteRefusal {
  readonly _tag: "Route already created!" | "NoRoute" | "NotAssigned";
}

export const route: Decider<RouteCommand, Route, RouteEvent, RouteRefusal> = {
  initial: { driver: null, open: [], delivered: 0 },
  decide: (command) => (state) => {
    switch (command.do) {
      case "CreateRoute":
        return state.driver === null
          ? right([{ event: "RouteCreated", driver: command.driver }])
          : left({ _tag: "Route already created!" });
      case "AssignPackages":
        return state.driver === null
          ? left({ _tag: "NoRoute" })
          : right(
              Array.from({ length: command.count }, (_, i) => ({
                event: "PackageAssigned" as const,
                packageId: `p${i}`,
              })),
            );
      case "Deliver":
        return state.open.includes(command.packageId)
          ? right([{ event: "PackageDelivered", packageId: command.packageId, atMs: command.atMs }])
          : left({ _tag: "NotAssigned" });
    }
  },
  evolve: (state, event) => {
    switch (event.event) {
      case "RouteCreated":
        return { ...state, driver: event.driver };
      case "PackageAssigned":
        return { ...state, open: [...state.open, event.packageId] };
      case "PackageDelivered":
        return {
          ...state,
          open: state.open.filter((id) => id !== event.packageId),
          delivered: state.delivered + 1,
        };
    }
  },
  isTerminal: (state) => state.driver !== null && state.open.length === 0 && state.delivered > 0,
};
